import { Sandbox, type SandboxOptions } from '../../sandbox/sandbox.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { DAY, HOUR, SECOND } from '../../src/model/time.ts';

export type Inputs = Readonly<Record<string, string>>;

/** A world, and how to run the action in it; only the summary of the last run is the sample. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly run: (inputs?: Inputs) => Promise<void>;
}

/** Something that happens to people, told by runs. The clocks of the two services differ as they do in the world. */
export interface Situation {
  readonly name: string;
  readonly world?: SandboxOptions;
  readonly tell: (scene: Scene) => Promise<void>;
}

const MONTHLY = { 'token-name': 'deploy-web', 'rotate-after': '30d' };
const THREE = {
  ...MONTHLY,
  targets: [
    'repository=acme/web',
    'repository=acme/web, app=dependabot',
    'repository=acme/api, environment=production',
  ].join('\n'),
};

/** GitHub refuses to store secrets under paths like this, from now on. */
function refuse({ sandbox }: Scene, path: RegExp): void {
  sandbox.faults.add({
    name: 'refused',
    service: 'github',
    method: 'PUT',
    path,
    times: 50,
    effect: {
      kind: 'reply',
      when: 'before',
      status: 403,
      body: JSON.stringify({ message: 'Resource not accessible by integration', status: '403' }),
    },
  });
}

function later({ sandbox }: Scene, duration: number): void {
  sandbox.clock.advance(duration);
}

async function started(scene: Scene, inputs: Inputs): Promise<void> {
  scene.sandbox.github.addEnvironment('acme', 'api', 'production');
  await scene.run(inputs);
  later(scene, 31 * DAY + 200);
}

/** Tokens of an account, of which some expire soon, have expired, are disabled, or share a name. */
function account({ sandbox }: Scene, count: number): void {
  const scope = { kind: 'account', id: ACCOUNT } as const;
  const now = sandbox.clock.now();
  for (let index = 0; index < count; index += 1) {
    const createdAt = now - ((index * 37) % 340) * DAY;
    const name = index % 9 === 4 ? 'shared-by-two' : `service-${String(index + 1).padStart(2, '0')}`;
    const expiresAt = index % 10 === 1 ? now + ((index % 20) + 1) * DAY : createdAt + 365 * DAY;
    sandbox.cloudflare.createToken({
      scope,
      name: index === 2 ? 'expired' : name,
      createdAt,
      expiresAt: index === 2 ? now - 3 * DAY : expiresAt,
      ...(index % 3 === 0 ? {} : { lastSeenAt: now - index * HOUR }),
      enabled: index !== 7,
    });
  }
}

function manifest(targets: number): string {
  const entries = [
    'web-staging',
    'web-production',
    'api',
    'docs',
    'grafana',
    'prometheus',
    'vault',
    'backup',
  ];
  return [
    'defaults:',
    '  rotate-after: 30d',
    'tokens:',
    ...entries.flatMap((name, index) => [
      `  - name: ${name}`,
      '    targets:',
      ...Array.from({ length: index === 2 ? targets : 1 }, (_, number) => [
        `      - repository: acme/${index === 2 ? `api-${number + 1}` : 'web'}`,
        ...(index === 2
          ? []
          : [`        client-secret-name: ${name.toUpperCase().replace('-', '_')}_SECRET`]),
        ...(index === 2 ? [] : [`        client-id-name: ${name.toUpperCase().replace('-', '_')}_ID`]),
      ]).flat(),
    ]),
  ].join('\n');
}

export const SITUATIONS: readonly Situation[] = [
  { name: 'created', world: { githubAhead: 1.2 * SECOND }, tell: ({ run }) => run(MONTHLY) },
  {
    name: 'rotated',
    world: { githubAhead: -0.4 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run(THREE);
    },
  },
  {
    name: 'one-target-failed',
    world: { githubAhead: 0.001 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      refuse(scene, /repos\/acme\/api\/environments\/production\/secrets\/CF_ACCESS_CLIENT_SECRET/);
      await scene.run(THREE);
    },
  },
  {
    name: 'all-targets-failed',
    world: { githubAhead: -2 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      refuse(scene, /secrets\/CF_ACCESS_CLIENT_/);
      await scene.run(THREE);
    },
  },
  {
    name: 'recovered',
    world: { githubAhead: 2 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      refuse(scene, /environments\/production\/secrets\/CF_ACCESS_CLIENT_SECRET/);
      await scene.run(THREE);
      scene.sandbox.faults.clear();
      later(scene, 2 * HOUR);
      await scene.run(THREE);
    },
  },
  {
    name: 'write-check-failed',
    world: { githubAhead: 0.5 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      scene.sandbox.github.archiveRepository('acme', 'api');
      await scene.run(THREE);
    },
  },
  {
    name: 'grace-period-runs',
    world: { githubAhead: -1 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run(THREE);
      later(scene, 22 * HOUR);
      await scene.run(THREE);
    },
  },
  {
    name: 'unchanged',
    world: { githubAhead: 1 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run(THREE);
      later(scene, 6 * DAY);
      await scene.run(THREE);
    },
  },
  {
    name: 'due',
    world: { githubAhead: 0.9 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run({ ...THREE, operation: 'check' });
    },
  },
  {
    name: 'dry-run',
    world: { githubAhead: -1.5 * SECOND },
    tell: async (scene) => {
      await started(scene, { ...THREE, duration: '45d' });
      await scene.run({ ...THREE, duration: '45d', 'dry-run': 'true' });
    },
  },
  {
    name: 'account-of-3',
    tell: async (scene) => {
      account(scene, 3);
      await scene.run({ operation: 'check', 'token-name': '', 'github-token': '' });
    },
  },
  {
    name: 'account-of-50',
    tell: async (scene) => {
      account(scene, 50);
      await scene.run({ operation: 'check', 'token-name': '', 'github-token': '' });
    },
  },
  {
    name: 'leased',
    tell: ({ run }) =>
      run({ operation: 'lease', 'token-name': 'preview', duration: '1h', 'github-token': '' }),
  },
  {
    name: 'revoked',
    world: { githubAhead: 0.3 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run(THREE);
      later(scene, HOUR);
      await scene.run({ operation: 'revoke', 'token-name': 'deploy-web', targets: THREE.targets });
    },
  },
  {
    name: 'deleted',
    world: { githubAhead: -0.7 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run({ operation: 'delete', 'token-name': 'deploy-web', targets: THREE.targets });
    },
  },
  {
    name: 'bad-input',
    tell: ({ run }) => run({ operation: 'rotat', duration: '1y', targets: 'repo=acme/api' }),
  },
  {
    name: 'hundreds-of-targets',
    world: { githubAhead: 1.7 * SECOND },
    tell: async (scene) => {
      const names = Array.from({ length: 300 }, (_, index) => `service-${index + 1}`);
      for (const name of names) scene.sandbox.github.addRepository({ owner: 'acme', name });
      const targets = names.map((name) => `repository=acme/${name}`).join('\n');
      refuse(scene, /acme\/service-(?:7|70|170)\/actions\/secrets\/CF_ACCESS_CLIENT_SECRET/);
      await scene.run({ ...MONTHLY, targets });
    },
  },
  {
    name: 'token-of-a-day',
    world: { githubAhead: -0.001 * SECOND },
    tell: async (scene) => {
      const inputs = { ...THREE, duration: '24h', 'rotate-after': '12h', 'grace-period': '2h' };
      scene.sandbox.github.addEnvironment('acme', 'api', 'production');
      await scene.run(inputs);
      later(scene, 12.5 * HOUR);
      await scene.run(inputs);
    },
  },
  {
    name: 'manifest',
    world: { githubAhead: 1.1 * SECOND },
    tell: async (scene) => {
      for (const number of [1, 2, 3, 4]) {
        scene.sandbox.github.addRepository({ owner: 'acme', name: `api-${number}` });
      }
      const inputs = { 'token-name': '', manifest: manifest(4) };
      await scene.run(inputs);
      later(scene, 31 * DAY);
      refuse(scene, /acme\/api-2\/actions\/secrets\/CF_ACCESS_CLIENT_SECRET/);
      await scene.run(inputs);
    },
  },
];
