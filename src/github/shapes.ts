import { fields } from '../http/json.ts';
import { VISIBILITIES, type Place, type StoredSecret, type Visibility } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import { parseKey } from './seal.ts';

/** What replies must hold, read with care; undefined stands for a reply that GitHub cannot have sent. */

/** The public key of one place's secrets. */
export interface PublicKey {
  /** About 18 digits: never a number. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export type StoredVariable = StoredSecret & { readonly value: string };

/** One page of a list. */
export interface Page<T> {
  /** Of all pages. */
  readonly total: number;
  /** By name, in upper case: GitHub does not tell cases apart. */
  readonly items: ReadonlyMap<string, T | undefined>;
}

export function parsePublicKey(body: unknown): PublicKey | undefined {
  const { key_id: keyId, key } = fields(body);
  if (typeof keyId !== 'string' || keyId === '' || typeof key !== 'string') return undefined;
  const bytes = parseKey(key);
  return bytes === undefined ? undefined : { keyId, key: bytes };
}

/** An organization's secret always has a visibility, and a write that left it out would change it. */
export function parseSecret(body: unknown, { kind }: Place): StoredSecret | undefined {
  const { updated_at: written, visibility } = fields(body);
  const updatedAt = parseInstant(written);
  if (updatedAt === undefined) return undefined;
  if (isVisibility(visibility)) return { updatedAt, visibility };
  return kind === 'organization' ? undefined : { updatedAt };
}

export function parseVariable(body: unknown, place: Place): StoredVariable | undefined {
  const { value } = fields(body);
  const secret = parseSecret(body, place);
  return secret === undefined || typeof value !== 'string' ? undefined : { ...secret, value };
}

/** @param wanted names, in upper case, whose entries must be readable */
export function parseSecrets(
  body: unknown,
  place: Place,
  wanted: ReadonlySet<string>,
): Page<StoredSecret> | undefined {
  return parsePage(fields(body)['secrets'], body, wanted, (item) => parseSecret(item, place));
}

export function parseVariables(
  body: unknown,
  place: Place,
  wanted: ReadonlySet<string>,
): Page<StoredVariable> | undefined {
  return parsePage(fields(body)['variables'], body, wanted, (item) => parseVariable(item, place));
}

function parsePage<T>(
  list: unknown,
  body: unknown,
  wanted: ReadonlySet<string>,
  parse: (item: unknown) => T | undefined,
): Page<T> | undefined {
  const { total_count: total } = fields(body);
  if (!isCount(total) || !Array.isArray(list)) return undefined;
  const items = new Map<string, T | undefined>();
  for (const item of list as readonly unknown[]) {
    const { name } = fields(item);
    if (typeof name !== 'string') return undefined;
    // assumption: variable-name-case
    const key = name.toUpperCase();
    const parsed = parse(item);
    if (parsed === undefined && wanted.has(key)) return undefined;
    items.set(key, parsed);
  }
  return { total, items };
}

export interface RepositoryPage {
  readonly total: number;
  readonly ids: readonly number[];
}

/** One page of the repositories that may use a secret or variable. */
export function parseRepositoryPage(body: unknown): RepositoryPage | undefined {
  const { total_count: total, repositories } = fields(body);
  if (!isCount(total) || !Array.isArray(repositories)) return undefined;
  const ids = repositories.map(parseId);
  return ids.every((id) => id !== undefined) ? { total, ids } : undefined;
}

export function parseId(body: unknown): number | undefined {
  const { id } = fields(body);
  return isCount(id) ? id : undefined;
}

/** RFC 3339, as GitHub gives every date. */
export function parseInstant(value: unknown): Instant | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value)) return undefined;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : instant;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isVisibility(value: unknown): value is Visibility {
  return VISIBILITIES.some((visibility) => visibility === value);
}
