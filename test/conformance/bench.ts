import { randomBytes } from 'node:crypto';
import { Names } from '../../scripts/conformance/names.ts';
import { tryAll, type Benches, type Observation } from '../../scripts/conformance/run.ts';
import { Service } from '../../scripts/conformance/service.ts';
import type { AccessSwitches } from '../../sandbox/cloudflare/access/switches.ts';
import type { Switches as CloudflareSwitches } from '../../sandbox/cloudflare/switches.ts';
import type { Switches as GitHubSwitches } from '../../sandbox/github/switches.ts';
import { Sandbox } from '../../sandbox/sandbox.ts';
import {
  ACCOUNT,
  APP_PERMISSIONS,
  CLOUDFLARE_CREDENTIALS,
  GITHUB_TOKENS,
  ORIGINS,
} from '../../sandbox/world.ts';

export interface World {
  readonly cloudflare?: Partial<CloudflareSwitches>;
  readonly access?: Partial<AccessSwitches>;
  readonly github?: Partial<GitHubSwitches>;
}

/** A sandbox with everything that a run may need: an App, a host name, the right to make environments. */
export function conformanceSandbox({ cloudflare = {}, access = {}, github = {} }: World = {}): Sandbox {
  const sandbox = new Sandbox({
    cloudflareSwitches: cloudflare,
    accessSwitches: access,
    githubSwitches: github,
  });
  sandbox.github.grant(GITHUB_TOKENS.write, 'administration', 'write');
  return sandbox;
}

/** Both halves of a run against the sandbox, on its clock. */
export function benchesOf(sandbox: Sandbox, run = randomBytes(6).toString('hex')): Benches {
  const { clientId, privateKeyPem = '' } = sandbox.github.addApp({
    slug: `app-${run}`,
    installations: [{ owner: 'acme', repositories: 'all', permissions: APP_PERMISSIONS }],
  });
  const names = new Names(run);
  const common = {
    fetch: sandbox.fetch,
    sleep: sandbox.time.sleep,
    signal: new AbortController().signal,
    pause: 0,
  };
  const bench = { names, sleep: sandbox.time.sleep, randomBytes: sandbox.random };
  return {
    cloudflare: {
      ...bench,
      api: new Service({
        ...common,
        base: `${ORIGINS.cloudflare}/client/v4`,
        headers: { authorization: `Bearer ${CLOUDFLARE_CREDENTIALS.write}` },
      }),
      access: `/accounts/${ACCOUNT}/access`,
      domain: 'conformance.example.com',
    },
    github: {
      ...bench,
      api: new Service({
        ...common,
        base: ORIGINS.github,
        headers: { authorization: `Bearer ${GITHUB_TOKENS.write}`, 'user-agent': 'conformance' },
      }),
      repository: '/repos/acme/web',
      app: { clientId, privateKey: privateKeyPem },
    },
  };
}

/** What a run finds in that world, by assumption; undefined for what it did not try. */
export async function found(world: World = {}): Promise<Readonly<Record<string, string>>> {
  const sandbox = conformanceSandbox(world);
  const observations = await tryAll(benchesOf(sandbox), new AbortController().signal);
  return Object.fromEntries(observations.map((one) => [one.id, said(one)]));
}

function said(observation: Observation): string {
  return observation.kind === 'seen' ? observation.answer : `untried: ${observation.because}`;
}
