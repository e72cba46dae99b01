import { fields } from '../http/json.ts';
import type { Instant } from '../model/time.ts';
import type { PublicKey, StoredSecret, Visibility } from '../model/target.ts';
import { VISIBILITIES } from '../model/target.ts';
import { parseKey } from './seal.ts';

/** What replies must hold, read with care; undefined stands for a reply that cannot be what GitHub sent. */

export function parsePublicKey(data: unknown): PublicKey | undefined {
  const { key_id: keyId, key } = fields(data);
  if (typeof keyId !== 'string' || keyId === '' || typeof key !== 'string') return undefined;
  const bytes = parseKey(key);
  return bytes === undefined ? undefined : { keyId, key: bytes };
}

export function parseSecret(data: unknown): StoredSecret | undefined {
  const { updated_at: updatedAt, visibility } = fields(data);
  const written = parseInstant(updatedAt);
  if (written === undefined) return undefined;
  return isVisibility(visibility) ? { updatedAt: written, visibility } : { updatedAt: written };
}

/** Secrets of an organization always have a visibility, and a write that left it out would change it. */
export function parseOrganizationSecret(data: unknown): StoredSecret | undefined {
  const secret = parseSecret(data);
  return secret?.visibility === undefined ? undefined : secret;
}

/** The names in a list of secrets. */
export function parseNames(data: unknown): readonly string[] | undefined {
  const { secrets } = fields(data);
  if (!Array.isArray(secrets)) return undefined;
  return secrets.map((secret) => fields(secret)['name']).filter((name) => typeof name === 'string');
}

export interface RepositoryPage {
  readonly total: number;
  readonly ids: readonly number[];
}

/** One page of the repositories that may use a secret. */
export function parseRepositoryPage(data: unknown): RepositoryPage | undefined {
  const { total_count: total, repositories } = fields(data);
  if (!isCount(total) || !Array.isArray(repositories)) return undefined;
  const ids = repositories.map(parseId);
  return ids.every((id) => id !== undefined) ? { total, ids } : undefined;
}

export function parseId(data: unknown): number | undefined {
  const { id } = fields(data);
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
