import { generateKeyPairSync } from 'node:crypto';
import type { Exchange } from '../../sandbox/exchange.ts';
import { API, PRODUCTION, Sandbox, WEB, type SandboxOptions } from '../../sandbox/sandbox.ts';
import { ACCOUNT, ORIGINS } from '../../sandbox/world.ts';
import { completedMark, pendingMark } from '../../src/observe/rotation-state.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import type { Target } from '../../src/model/target.ts';

/** A run that is to survive whatever fails, and the world that it finds. */
export interface Scenario {
  readonly name: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly targets: readonly Target[];
  readonly options?: SandboxOptions;
  readonly prepare: (sandbox: Sandbox) => void;
  /** Whether its run is a recovery already, so that a fault leaves locked out for longer whom it cuts off. */
  readonly recovers?: true;
  /** The requests that no other scenario has as well; all if not given. */
  readonly struck?: (exchange: Exchange) => boolean;
}

export function open({ options, prepare }: Scenario): Sandbox {
  const sandbox = new Sandbox(options);
  prepare(sandbox);
  return sandbox;
}

/** A token that is in use, whose pair every target has had for 60 days. */
export function inUse(targets: readonly Target[], life: { duration?: string; rotated?: boolean } = {}) {
  return ({ cloudflare, github, clock }: Sandbox): void => {
    const { duration = '8760h', rotated = false } = life;
    let token = cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name: 'ci', duration });
    cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name: 'another' });
    if (rotated) {
      const now = clock.now();
      const end = completedMark(now, 36 * HOUR, now, now + 30 * DAY);
      token = cloudflare.rotate(token.id, { previousExpiresAt: end });
    }
    for (const { place, clientIdName, clientSecretName } of targets) {
      github.setSecret(place, clientIdName, token.clientId);
      github.setSecret(place, clientSecretName, token.secret);
    }
    clock.advance(60 * DAY);
    cloudflare.authenticate(token.clientId, token.secret, { use: true });
  };
}

export const THREE: readonly Target[] = [WEB, API, PRODUCTION];

export const THREE_INPUTS = {
  targets: 'repository=acme/web\nrepository=acme/api\nrepository=acme/web, environment=production',
};

export const ORGANIZATION: Target = {
  ...WEB,
  place: {
    kind: 'organization',
    organization: 'acme',
    app: 'actions',
    visibility: undefined,
    repositories: undefined,
  },
};

const APP = { appId: 4711, clientId: 'Iv23liFaults' };
let appKeys: { readonly publicKey: string; readonly privateKey: string } | undefined;

/** Made once: it takes longer than a hundred runs. */
function keysOfTheApp(): { readonly publicKey: string; readonly privateKey: string } {
  return (appKeys ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }));
}

export const CREATE: Scenario = {
  name: 'create',
  inputs: {},
  targets: [WEB],
  prepare: () => undefined,
};

const CREATE_THREE: Scenario = {
  name: 'create for three',
  inputs: THREE_INPUTS,
  targets: THREE,
  prepare: () => undefined,
  struck: ({ method }) => method === 'POST' || method === 'PUT',
};

export const ROTATE_ONE: Scenario = {
  name: 'rotate with one target',
  inputs: {},
  targets: [WEB],
  prepare: inUse([WEB]),
};

export const ROTATE_THREE: Scenario = {
  name: 'rotate with three targets',
  inputs: THREE_INPUTS,
  targets: THREE,
  prepare: inUse(THREE, { rotated: true }),
};

/** By a refresh, which only accounts have. */
const RENEW_AND_ROTATE: Scenario = {
  name: 'renew and rotate',
  inputs: {},
  targets: [WEB],
  prepare: (sandbox) => {
    inUse([WEB], { rotated: true })(sandbox);
    sandbox.clock.advance(280 * DAY);
  },
};

/** By an update. */
const LENGTHEN_AND_ROTATE: Scenario = {
  name: 'change the duration and rotate',
  inputs: { duration: '17520h' },
  targets: [WEB],
  prepare: inUse([WEB], { rotated: true }),
  struck: ({ requestBody }) => requestBody.includes('duration'),
};

export const NO_GRACE: Scenario = {
  name: 'rotate without a grace',
  inputs: { 'grace-period': '0s' },
  targets: [WEB],
  prepare: inUse([WEB], { rotated: true }),
};

export const VERIFIED: Scenario = {
  name: 'rotate and verify',
  inputs: { 'verify-url': `${ORIGINS.application}/health` },
  targets: [WEB],
  prepare: inUse([WEB], { rotated: true }),
};

const CREATE_AND_VERIFY: Scenario = {
  name: 'create and verify',
  inputs: { 'verify-url': `${ORIGINS.application}/health` },
  targets: [WEB],
  prepare: () => undefined,
  struck: ({ service, method, path }) =>
    service === 'application' || (method === 'PUT' && path.includes('CLIENT')),
};

export const ORGANIZATION_TARGET: Scenario = {
  name: 'rotate with an organization',
  inputs: { targets: 'organization=acme' },
  targets: [ORGANIZATION],
  prepare: (sandbox) => {
    inUse([ORGANIZATION])(sandbox);
    const { github } = sandbox;
    const repositoryIds = [github.addRepository({ owner: 'acme', name: 'docs' })];
    for (const name of [ORGANIZATION.clientIdName, ORGANIZATION.clientSecretName]) {
      const value = github.secret(ORGANIZATION.place, name)?.value ?? '';
      github.setSecret(ORGANIZATION.place, name, value, { visibility: 'selected', repositoryIds });
    }
    sandbox.clock.advance(DAY);
  },
};

const APP_TOKEN: Scenario = {
  name: 'rotate with the token of an App',
  get inputs() {
    return {
      ...THREE_INPUTS,
      'github-token': '',
      'github-app-client-id': APP.clientId,
      'github-app-private-key': keysOfTheApp().privateKey,
    };
  },
  targets: THREE,
  prepare: (sandbox) => {
    inUse(THREE, { rotated: true })(sandbox);
    const permissions = { secrets: 'write', environments: 'write', metadata: 'read' } as const;
    sandbox.github.addApp({
      ...APP,
      publicKeyPem: keysOfTheApp().publicKey,
      installations: [{ owner: 'acme', repositories: 'all', permissions }],
    });
  },
  struck: ({ path }) => path.includes('installation') || path.endsWith('CLIENT_SECRET'),
};

/** A rotation of yesterday has reached two of three targets, and nobody knows its secret any more. */
const RECOVER: Scenario = {
  name: 'recover what a lost rotation left',
  inputs: THREE_INPUTS,
  targets: THREE,
  recovers: true,
  struck: ({ method }) => method === 'PUT',
  prepare: (sandbox) => {
    const { cloudflare, github, clock } = sandbox;
    inUse(THREE, { rotated: true })(sandbox);
    const [token] = cloudflare.findByName('ci');
    if (token === undefined) return;
    const { secret } = cloudflare.rotate(token.id, { previousExpiresAt: pendingMark(clock.now()) });
    for (const { place, clientSecretName } of [WEB, PRODUCTION])
      github.setSecret(place, clientSecretName, secret);
    clock.advance(DAY);
  },
};

export const SCENARIOS: readonly Scenario[] = [
  CREATE,
  CREATE_THREE,
  ROTATE_ONE,
  ROTATE_THREE,
  RENEW_AND_ROTATE,
  LENGTHEN_AND_ROTATE,
  NO_GRACE,
  VERIFIED,
  CREATE_AND_VERIFY,
  ORGANIZATION_TARGET,
  APP_TOKEN,
  RECOVER,
];
