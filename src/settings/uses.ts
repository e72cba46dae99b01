import { OPERATIONS, traitsOf, type Operation } from '../model/operation.ts';
import { listOf } from './complaints.ts';
import { INPUT_NAMES, type InputName, type Inputs } from './inputs.ts';

/** What one input goes with. */
interface Use {
  readonly operations: readonly Operation[];
  /**
   * Beside `manifest`: `no` if it describes one token, `selected` if `token-name` must select entries, `one` if it
   * must select exactly one.
   */
  readonly besideManifest: 'yes' | 'selected' | 'one' | 'no';
}

const ON_A_TOKEN = OPERATIONS.filter((operation) => operation !== 'verify' && operation !== 'lease');
const ON_TARGETS = ON_A_TOKEN.filter((operation) => traitsOf(operation).targets !== 'never');
const WITH_LOGIN_CHECK = OPERATIONS.filter((operation) => traitsOf(operation).loginCheck);

/** API credentials and addresses may be given to every operation: whoever changes `operation` need not change them. */
const ACCESS: Use = { operations: OPERATIONS, besideManifest: 'yes' };
const ALWAYS: Use = ACCESS;
const describing = (operations: readonly Operation[]): Use => ({ operations, besideManifest: 'no' });

/** The one table of which input goes with which operation, and beside a manifest. */
export const USES: Readonly<Record<InputName, Use>> = {
  operation: ALWAYS,
  manifest: {
    operations: OPERATIONS.filter((operation) => traitsOf(operation).manifest !== 'never'),
    besideManifest: 'yes',
  },
  'token-name': { operations: [...ON_A_TOKEN, 'lease'], besideManifest: 'yes' },
  'token-id': describing(ON_A_TOKEN),
  adopt: { operations: ['rotate', 'check', 'revoke', 'delete'], besideManifest: 'selected' },
  'cloudflare-api-token': ACCESS,
  'cloudflare-api-key': ACCESS,
  'cloudflare-email': ACCESS,
  'cloudflare-account-id': ACCESS,
  'cloudflare-zone-id': ACCESS,
  'cloudflare-api-url': ACCESS,
  // `revoke` takes it for `end-sessions` alone.
  'admit-to': describing(['rotate', 'check', 'revoke', 'delete', 'lease']),
  'end-sessions': { operations: ['rotate', 'revoke'], besideManifest: 'selected' },
  duration: describing(['rotate', 'renew', 'check', 'lease']),
  'rotate-after': describing(['rotate', 'check', 'complete']),
  'renew-before': describing(['rotate', 'check']),
  // The time of the last rotation follows from it, so `revoke` and `delete` use it too.
  'grace-period': {
    operations: ['rotate', 'check', 'revoke', 'delete', 'complete'],
    besideManifest: 'selected',
  },
  force: { operations: ['rotate', 'check', 'revoke', 'delete'], besideManifest: 'selected' },
  'leave-pending': { operations: ['rotate', 'check'], besideManifest: 'one' },
  'secret-version': { operations: ['complete'], besideManifest: 'one' },
  'github-token': ACCESS,
  'github-app-client-id': ACCESS,
  'github-app-private-key': ACCESS,
  'github-api-url': ACCESS,
  repository: describing(ON_TARGETS),
  environment: describing(ON_TARGETS),
  targets: describing(ON_TARGETS),
  'create-environment': describing(['rotate', 'check']),
  'client-id-name': describing(ON_TARGETS),
  'client-secret-name': describing(ON_TARGETS),
  'client-id-kind': describing(ON_TARGETS),
  'verify-url': describing(WITH_LOGIN_CHECK),
  'verify-timeout': describing(WITH_LOGIN_CHECK),
  'client-id': describing(['verify']),
  'client-secret': describing(['verify']),
  'output-client-secret': { operations: ['rotate', 'check', 'lease'], besideManifest: 'one' },
  'request-timeout': ALWAYS,
  'max-wait': ALWAYS,
  'dry-run': ALWAYS,
};

/** Notes every input that was chosen although the operation has no use for it. */
export function refuseUnusable(inputs: Inputs, operation: Operation): void {
  for (const name of INPUT_NAMES) {
    const { operations } = USES[name];
    if (operations.includes(operation) || !inputs.isChosen(name)) continue;
    inputs.spot(name).complain(`does not go with \`${operation}\`; it goes with ${listOf(operations)}`);
  }
}

/** Notes every input that was chosen although a check of the whole account has no use for it. */
export function refuseForAccount(inputs: Inputs): void {
  for (const name of INPUT_NAMES) {
    if (USES[name].besideManifest === 'yes' || name === 'renew-before' || !inputs.isChosen(name)) continue;
    if (!USES[name].operations.includes('check')) continue;
    const remedy = 'give `token-name` or `token-id` as well';
    inputs.spot(name).complain(`does not go with a check of the whole account; ${remedy}`);
  }
}

/** Notes every input that was chosen although it cannot stand beside a manifest from which so many are selected. */
export function refuseBesideManifest(inputs: Inputs, selected: number | 'all'): void {
  for (const name of INPUT_NAMES) {
    const use = USES[name].besideManifest;
    if (use === 'yes' || !inputs.isChosen(name)) continue;
    const spot = inputs.spot(name);
    if (use === 'no') {
      spot.complain('does not go with `manifest`, where it is a key of an entry or of `defaults`');
    } else if (selected === 'all') {
      spot.complain('needs `token-name` beside `manifest`, with the entries that it applies to');
    } else if (use === 'one' && selected !== 1) {
      spot.complain(`needs exactly one entry in \`token-name\` beside \`manifest\`, not ${selected}`);
    }
  }
}
