import { errorBody } from '../../sandbox/cloudflare/reply.ts';
import { WEB, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { DAY, HOUR } from '../../src/model/time.ts';

export type Inputs = Readonly<Record<string, string>>;

/** A world, and how to run the action in it; only the summary of the last run is the sample. */
export interface Scene {
  readonly sandbox: Sandbox;
  /** Where the protected application is. */
  readonly application: string;
  /** Gives the outputs. */
  readonly run: (inputs?: Inputs) => Promise<Inputs>;
}

/** Something that happens to people, told by runs. The clocks of the two services differ as they do in the world. */
export interface Situation {
  readonly name: string;
  readonly world?: SandboxOptions;
  readonly tell: (scene: Scene) => Promise<unknown>;
}

export const MONTHLY = { 'token-name': 'deploy-web', 'rotate-after': '30d' };
export const THREE = {
  ...MONTHLY,
  targets: [
    'repository=acme/web',
    'repository=acme/web, app=dependabot',
    'repository=acme/api, environment=production',
  ].join('\n'),
};

export const ADMITTED = 'application=staging.example.com\npolicy=Robots';

/** What a step says that logs in with the credentials that acme/web stores. */
export function verifying({ sandbox, application }: Scene): Inputs {
  const { clientId = '', clientSecret = '' } = sandbox.storedPair(WEB);
  return {
    operation: 'verify',
    'token-name': '',
    'verify-url': `${application}/health`,
    'client-id': clientId,
    'client-secret': clientSecret,
  };
}

/** GitHub refuses to store secrets under paths like this, from now on. */
export function refuse({ sandbox }: Scene, path: RegExp): void {
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

/** Cloudflare lets nobody change applications and policies, from now on. */
export function refusePolicies({ sandbox }: Scene): void {
  sandbox.faults.add({
    name: 'refused',
    service: 'cloudflare',
    method: 'POST',
    path: /\/access\/apps\/[^/]+\/policies$/,
    times: 50,
    effect: {
      kind: 'reply',
      when: 'before',
      status: 403,
      body: errorBody([{ code: 10000, message: 'Authentication error' }]),
    },
  });
}

export function later({ sandbox }: Scene, duration: number): void {
  sandbox.clock.advance(duration);
}

/** Two applications, and a reusable policy that one of them uses. */
export function protect({ sandbox }: Scene): void {
  sandbox.protect({ domain: 'staging.example.com', name: 'Staging' });
  const { id } = sandbox.protect({ domain: 'admin.example.com', name: 'Admin' });
  const { policies } = sandbox.access;
  const robots = policies.create({
    name: 'Robots',
    decision: 'non_identity',
    include: [{ ip: { ip: '203.0.113.0/24' } }],
  });
  policies.link(id, robots.id);
}

export async function started(scene: Scene, inputs: Inputs): Promise<void> {
  scene.sandbox.github.addEnvironment('acme', 'api', 'production');
  await scene.run(inputs);
  later(scene, 31 * DAY + 200);
}

/** Tokens of an account, of which some expire soon, have expired, are disabled, or share a name. */
export function account({ sandbox }: Scene, count: number): void {
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

export function manifest(targets: number): string {
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
