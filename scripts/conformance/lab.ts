import type { AssumptionId } from '../../src/model/assumptions.ts';
import type { Milliseconds } from '../../src/model/time.ts';
import type { Names } from './names.ts';
import { demand, resultOf, type Answer, type Api } from './service.ts';

/** Where one half of the assumptions is tried: an account of Cloudflare, or a repository of GitHub. */
export interface Bench {
  readonly api: Api;
  readonly names: Names;
  readonly sleep: (duration: Milliseconds) => Promise<void>;
  readonly randomBytes: (count: number) => Uint8Array;
}

export interface CloudflareBench extends Bench {
  /** `/accounts/<id>/access` */
  readonly access: string;
  /** A host name of the account under which applications may be made; undefined if there is none. */
  readonly domain: string | undefined;
}

export interface GitHubBench extends Bench {
  /** `/repos/<owner>/<name>` */
  readonly repository: string;
  /** A GitHub App that is installed there; undefined if there is none. */
  readonly app: AppCredentials | undefined;
}

export interface AppCredentials {
  readonly clientId: string;
  /** PEM. */
  readonly privateKey: string;
}

/** Notes what was seen; a second word on the same assumption is kept beside the first. */
export type Tell = (id: AssumptionId, answer: string, detail?: string) => void;

/** Assumptions that are tried together, because they need the same objects. */
export interface Trial<B extends Bench> {
  readonly ids: readonly AssumptionId[];
  /** Why it cannot be tried here; undefined if it can. */
  readonly missing?: (bench: B) => string | undefined;
  /** @throws Error if something that the rest needs did not work */
  readonly run: (bench: B, tell: Tell) => Promise<void>;
}

/** A token of an hour's life unless `more` says otherwise, so that a lost one ends by itself. */
export async function createToken(
  { api, access, names }: CloudflareBench,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly answer: Answer; readonly id: string; readonly name: string }> {
  const body = { name: names.next(), duration: '24h', ...more };
  const answer = demand('create a token', await api.send('POST', `${access}/service_tokens`, body));
  return { answer, id: idOf(answer), name: body.name };
}

export function idOf(answer: Answer): string {
  const { id } = resultOf(answer);
  if (typeof id !== 'string' || id === '') throw new TypeError('a reply has no id');
  return id;
}

/** RFC 3339, whole seconds. */
export function rfc3339(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export function instantOf(value: unknown): number | undefined {
  const parsed = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** A UUID that nothing has. */
export function absentId(randomBytes: (count: number) => Uint8Array): string {
  const hex = Buffer.from(randomBytes(16)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
