import { generateKeyPairSync } from 'node:crypto';
import type { Exchange } from '../../sandbox/exchange.ts';
import { API, PRODUCTION, Sandbox, WEB, type SandboxOptions } from '../../sandbox/sandbox.ts';
import { ORIGINS } from '../../sandbox/world.ts';
import { DAY } from '../../src/model/time.ts';
import type { Target } from '../../src/model/target.ts';
import { inUse, halfDelivered } from './found.ts';
import type { Inputs, Run } from './play.ts';
import type { Watched } from './standing.ts';
import type { Door } from './watch.ts';
import { LIVE, type Told, type World } from './worlds.ts';

/** A step of a job; a step that fails ends the job. */
export interface Step {
  /** What it is given, which may follow from what the steps before it put out. */
  readonly inputs: Inputs | ((earlier: readonly Run[]) => Inputs);
  /** What the workflow does between this step and the next. */
  readonly then?: (sandbox: Sandbox, run: Run) => void;
}

/** A job that is to survive whatever fails, and the state of things that it finds. */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The tokens that it works on, each with its targets. */
  readonly tokens: readonly Watched[];
  readonly prepare: (sandbox: Sandbox) => void;
  readonly options?: SandboxOptions;
  /** Whether the job is a recovery already, so that a fault leaves locked out for longer whom it cuts off. */
  readonly recovers?: true;
  /** The requests that no other scenario has as well; all if not given. */
  readonly struck?: (exchange: Exchange) => boolean;
  /** What replies have to tell for its promises to hold. */
  readonly needs?: readonly Told[];
  /** Where those who are watched log in as well; Access as a whole if not given. */
  readonly door?: Door;
}

export function open({ options, prepare }: Scenario, { switches }: World = LIVE): Sandbox {
  const sandbox = new Sandbox({ ...options, cloudflareSwitches: switches });
  prepare(sandbox);
  return sandbox;
}

/** The token `ci`, which every run works on if its inputs name no other. */
export function ci(...targets: readonly Target[]): readonly Watched[] {
  return [{ name: 'ci', targets }];
}

const nothing = (): undefined => undefined;

export const THREE: readonly Target[] = [WEB, API, PRODUCTION];
export const THREE_INPUTS = {
  targets: 'repository=acme/web\nrepository=acme/api\nrepository=acme/web, environment=production',
};
const VERIFY = { 'verify-url': `${ORIGINS.application}/health` };

const ORGANIZATION: Target = {
  ...WEB,
  place: {
    kind: 'organization',
    organization: 'acme',
    app: 'actions',
    visibility: undefined,
    repositories: undefined,
  },
};

/** Keys are made once: that takes longer than a hundred runs. */
let keys: { readonly publicKey: string; readonly privateKey: string } | undefined;

/** Adds a GitHub App that is installed in all of acme, and gives the inputs of a run that signs in as this App. */
export function asApp({ github }: Sandbox, permissions: Record<string, 'read' | 'write'> = {}): Inputs {
  const clientId = 'Iv23liFaults';
  keys ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  github.addApp({
    appId: 4711,
    clientId,
    publicKeyPem: keys.publicKey,
    installations: [
      {
        owner: 'acme',
        repositories: 'all',
        permissions: { secrets: 'write', metadata: 'read', ...permissions },
      },
    ],
  });
  return appInputs();
}

function appInputs(): Inputs {
  return {
    'github-token': '',
    'github-app-client-id': 'Iv23liFaults',
    'github-app-private-key': keys?.privateKey ?? '',
  };
}

export const CREATE: Scenario = {
  name: 'create',
  steps: [{ inputs: {} }],
  tokens: ci(WEB),
  prepare: nothing,
};

export const ROTATE_ONE: Scenario = {
  name: 'rotate with one target',

  steps: [{ inputs: {} }],
  tokens: ci(WEB),
  prepare: inUse([WEB]),
};

export const ROTATE_THREE: Scenario = {
  name: 'rotate with three targets',

  steps: [{ inputs: THREE_INPUTS }],
  tokens: ci(...THREE),
  prepare: inUse(THREE),
};

export const NO_GRACE: Scenario = {
  name: 'rotate without a grace period',

  steps: [{ inputs: { 'grace-period': '0s' } }],
  tokens: ci(WEB),
  prepare: inUse([WEB]),
};

export const VERIFIED: Scenario = {
  name: 'rotate with a login check',

  steps: [{ inputs: VERIFY }],
  tokens: ci(WEB),
  prepare: inUse([WEB]),
};

export const ORGANIZATION_TARGET: Scenario = {
  name: 'rotate with an organization',
  needs: ['seconds'],
  steps: [{ inputs: { targets: 'organization=acme' } }],
  tokens: ci(ORGANIZATION),
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

const isWrite = ({ method }: Exchange): boolean => method === 'POST' || method === 'PUT';

export const SCENARIOS: readonly Scenario[] = [
  CREATE,
  {
    name: 'create for three',
    steps: [{ inputs: THREE_INPUTS }],
    tokens: ci(...THREE),
    prepare: nothing,
    struck: isWrite,
  },
  ROTATE_ONE,
  ROTATE_THREE,
  {
    // By a refresh, which only accounts have.
    name: 'renew and rotate',

    steps: [{ inputs: {} }],
    tokens: ci(WEB),
    prepare: (sandbox) => {
      inUse([WEB])(sandbox);
      sandbox.clock.advance(280 * DAY);
    },
  },
  {
    // By an update.
    name: 'change the duration and rotate',

    steps: [{ inputs: { duration: '17520h' } }],
    tokens: ci(WEB),
    prepare: inUse([WEB]),
    struck: ({ requestBody }) => requestBody.includes('duration'),
  },
  NO_GRACE,
  VERIFIED,
  {
    name: 'create with a login check',
    steps: [{ inputs: VERIFY }],
    tokens: ci(WEB),
    prepare: nothing,
    struck: ({ service, method, path }) =>
      service === 'application' || (method === 'PUT' && path.includes('CLIENT')),
  },
  ORGANIZATION_TARGET,
  {
    name: 'rotate with the token of an App',

    steps: [{ inputs: () => ({ ...THREE_INPUTS, ...appInputs() }) }],
    tokens: ci(...THREE),
    prepare: (sandbox) => {
      inUse(THREE)(sandbox);
      asApp(sandbox, { environments: 'write' });
    },
    struck: ({ path }) => path.includes('installation') || path.endsWith('CLIENT_SECRET'),
  },
  {
    name: 'recover what a lost rotation left',
    needs: ['seconds'],
    steps: [{ inputs: THREE_INPUTS }],
    tokens: ci(...THREE),
    recovers: true,
    struck: ({ method }) => method === 'PUT',
    prepare: halfDelivered(THREE, [WEB, PRODUCTION]),
  },
  {
    name: 'rotate, then revoke the previous secret',
    needs: ['seconds'],
    steps: [{ inputs: {} }, { inputs: { operation: 'revoke' } }],
    tokens: ci(WEB),
    prepare: inUse([WEB]),
    struck: ({ service, requestBody }) => service === 'cloudflare' && requestBody.includes('previous'),
  },
];
