import type { Problem } from './problem.ts';

/** One line of `admit-to`. */
export interface AdmissionLine {
  readonly kind: 'application' | 'policy';
  /** A domain (with path), a name or an ID; of a policy a name or an ID. */
  readonly value: string;
}

/** An Access application, as far as a run names it. */
export interface ApplicationName {
  readonly id: string;
  readonly name: string;
}

/** What admits a token: a policy of the action's own, or an entry in a reusable policy. */
export type Admission = {
  readonly line: AdmissionLine;
  /** What people call it: `application "Staging"`, `policy "CI"`. */
  readonly what: string;
} & (
  | { readonly kind: 'own-policy'; readonly application: ApplicationName }
  | { readonly kind: 'include'; readonly policy: { readonly id: string; readonly name: string } }
);

/** What was read of one line of `admit-to` before deciding. `what` names the application or policy to people. */
export type AdmissionState = {
  readonly line: AdmissionLine;
  readonly what: string;
  /** Of an `application=` line that was found. */
  readonly application: ApplicationName | undefined;
  /** What a person should know, each as a sentence. */
  readonly warnings: readonly string[];
} & (
  | {
      readonly kind: 'admitted';
      /** What this action would withdraw; undefined if somebody else's rule admits the token. */
      readonly admission: Admission | undefined;
      /** Set if several policies of the action's own admit it, of which one is enough. */
      readonly doubled?: true;
      /** Why the admission cannot be withdrawn. */
      readonly stays?: Problem;
    }
  | { readonly kind: 'missing'; readonly admission: Admission }
  | { readonly kind: 'refused'; readonly problem: Problem }
);

/** A policy or group that names a token. */
export interface TokenReference {
  /** `policy "CI" of application "Staging"`, `reusable policy "CI"`, `group "Robots"`. */
  readonly what: string;
  readonly kind: 'owned' | 'reusable' | 'group';
  readonly id: string;
  /** Of a policy that an application owns. */
  readonly applicationId: string | undefined;
  /** Whether it is a policy of the action's own. */
  readonly own: boolean;
  /** Whether a rule includes the token, rather than excluding or requiring it. */
  readonly includes: boolean;
  /** Whether it lets the token in, as far as its rules tell. */
  readonly admits: boolean;
}

/** What names a token in an account or zone, as far as it could be read. */
export interface TokenReferences {
  readonly found: readonly TokenReference[];
  /** Names of the applications that admit any valid service token. */
  readonly anyToken: readonly string[];
  /** What could not be read: `groups`. */
  readonly unread: readonly string[];
}

/** A policy that a lease left behind: its token is gone or expired. */
export interface LeftoverPolicy {
  readonly application: ApplicationName;
  /** As in `application "Staging"`. */
  readonly what: string;
  readonly tokenId: string;
}
