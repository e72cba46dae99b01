import type { Instant } from '../../../src/model/time.ts';
import type { Scope } from '../../../src/model/service-token.ts';

/** A JSON object as it was sent, kept verbatim. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An Access policy. */
export interface PolicyRecord {
  readonly id: string;
  readonly scope: Scope;
  /** Id of the application that the policy lives and dies with; undefined if the policy is reusable. */
  readonly owner: string | undefined;
  /** Every key that was sent, unknown ones included, except read-only keys and `precedence`. */
  readonly fields: Json;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** A policy's place in an application, whether the application owns the policy or not. */
export interface Link {
  readonly policy: string;
  readonly precedence: number;
}

/** An Access application. */
export interface ApplicationRecord {
  readonly id: string;
  readonly scope: Scope;
  /** The audience tag: 64 hex digits. */
  readonly audience: string;
  /** Every key that was sent, unknown ones included, except read-only keys and `policies`. */
  readonly fields: Json;
  readonly links: readonly Link[];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** A rule group. */
export interface GroupRecord {
  readonly id: string;
  readonly scope: Scope;
  readonly fields: Json;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** Everything that Access decides by, at one moment; by id, oldest first. */
export interface AccessState {
  readonly applications: ReadonlyMap<string, ApplicationRecord>;
  readonly policies: ReadonlyMap<string, PolicyRecord>;
  readonly groups: ReadonlyMap<string, GroupRecord>;
}

export function sameScope(one: Scope, other: Scope): boolean {
  return one.kind === other.kind && one.id === other.id;
}
