import { randomBytes } from 'node:crypto';
import { APIError } from 'cloudflare';
import { BaseServiceTokens } from 'cloudflare/resources/zero-trust/access/service-tokens';
import { createClient } from 'cloudflare/tree-shakable';
import { CloudflareService } from '../../sandbox/cloudflare/service.ts';
import type { Switches } from '../../sandbox/cloudflare/switches.ts';
import { VirtualClock } from '../../sandbox/clock.ts';

export const ACCOUNT = '023e105f4ecef8ad9ca31a8372d0c353';
export const OTHER_ACCOUNT = 'f'.repeat(32);
export const ZONE = '9a7806061c88ada191ed06f989cc3dac';
export const WRITER = 'write-token';
export const scope = { kind: 'account', id: ACCOUNT } as const;
export const SECRET = /^cfast_[0-9A-Za-z]{40}[0-9a-f]{8}$/;

export function setUp(switches: Partial<Switches> = {}) {
  const clock = new VirtualClock();
  const cloudflare = new CloudflareService({ clock, random: (count) => randomBytes(count), switches });
  cloudflare.addAccount(ACCOUNT);
  cloudflare.addAccount(OTHER_ACCOUNT);
  cloudflare.addZone(ZONE, ACCOUNT);
  cloudflare.addApiToken({ token: WRITER, permission: 'write' });
  const sdk = (apiToken = WRITER) => clientOf({ apiToken, fetch: inProcess(cloudflare) });
  return { clock, cloudflare, sdk, tokens: sdk() };
}

export function inProcess(cloudflare: CloudflareService): typeof globalThis.fetch {
  return (input, init) => cloudflare.handle(new Request(input, init));
}

export function clientOf(options: {
  apiToken?: string;
  apiEmail?: string;
  apiKey?: string;
  baseURL?: string;
  fetch?: typeof globalThis.fetch;
}): BaseServiceTokens {
  const none = { apiToken: null, apiEmail: null, apiKey: null, maxRetries: 0 };
  return createClient({ resources: [BaseServiceTokens], ...none, ...options }).zeroTrust.access.serviceTokens;
}

/** A reply with what the SDK's types leave out. */
export interface Reply {
  id: string;
  client_id: string;
  client_secret?: string;
  client_secret_version?: number;
  previous_client_secret_expires_at?: string;
  expires_at?: string;
  updated_at?: string;
  last_seen_at?: string | null;
  name: string;
}

export async function reply(promise: PromiseLike<unknown>): Promise<Reply> {
  return (await promise) as Reply;
}

export async function refusal(promise: PromiseLike<unknown>): Promise<{ status: unknown; codes: unknown[] }> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    return { status: error.status, codes: error.errors.map(({ code }) => code) };
  }
  throw new Error('it was not refused');
}

export const inAccount = { account_id: ACCOUNT };
export const inZone = { zone_id: ZONE };

/** Every item of every page. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}
