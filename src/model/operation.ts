/** What sets one operation apart from the others: the one table that every stage asks. */
interface Traits {
  /** Whether it looks at the targets: `with credentials` only if there are API credentials for GitHub. */
  readonly targets: 'always' | 'with credentials' | 'never';
  /** Whether it writes or deletes anything at GitHub: what a token of a GitHub App must allow. */
  readonly writesTargets: boolean;
  /** Whether it looks at `verify-url`. */
  readonly loginCheck: boolean;
  /** Whether it reads or writes the policies that `admit-to` names. */
  readonly admission: boolean;
  /** Whether it works with a manifest; with `selected` only if `token-name` selects entries. */
  readonly manifest: 'all' | 'selected' | 'never';
  /** Whether it needs a token that exists or can be created, by name or ID. */
  readonly needsToken: boolean;
  /** What people read of it. */
  readonly title: string;
}

const TRAITS = {
  rotate: {
    targets: 'always',
    writesTargets: true,
    loginCheck: true,
    admission: true,
    manifest: 'all',
    needsToken: true,
    title: 'Rotate',
  },
  renew: {
    targets: 'never',
    writesTargets: false,
    loginCheck: false,
    admission: false,
    manifest: 'all',
    needsToken: true,
    title: 'Renew',
  },
  check: {
    targets: 'with credentials',
    writesTargets: false,
    loginCheck: true,
    admission: true,
    manifest: 'all',
    needsToken: false,
    title: 'Check',
  },
  revoke: {
    targets: 'with credentials',
    writesTargets: false,
    loginCheck: false,
    admission: false,
    manifest: 'selected',
    needsToken: true,
    title: 'Revoke',
  },
  delete: {
    targets: 'always',
    writesTargets: true,
    loginCheck: false,
    admission: true,
    manifest: 'selected',
    needsToken: true,
    title: 'Delete',
  },
  lease: {
    targets: 'never',
    writesTargets: false,
    loginCheck: true,
    admission: true,
    manifest: 'never',
    needsToken: false,
    title: 'Lease',
  },
  complete: {
    targets: 'always',
    writesTargets: false,
    loginCheck: false,
    admission: false,
    manifest: 'selected',
    needsToken: true,
    title: 'Complete',
  },
  verify: {
    targets: 'never',
    writesTargets: false,
    loginCheck: true,
    admission: false,
    manifest: 'never',
    needsToken: false,
    title: 'Verify',
  },
} as const satisfies Record<string, Traits>;

export type Operation = keyof typeof TRAITS;

/** An operation on service tokens; `verify` has none. */
export type TokenOperation = Exclude<Operation, 'verify'>;

export const OPERATIONS = Object.keys(TRAITS).filter((name): name is Operation => name in TRAITS);

export function traitsOf(operation: Operation): Traits {
  return TRAITS[operation];
}
