import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../sandbox/exchange.ts';
import { API, Sandbox, WEB } from '../../sandbox/sandbox.ts';
import type { Target } from '../../src/model/target.ts';
import { DAY, MINUTE } from '../../src/model/time.ts';
import { befall, GENERAL, type Mishap } from '../harness/mishaps.ts';
import { play, type Inputs, type Run } from '../harness/play.ts';
import { label } from '../harness/tell.ts';
import { FULL } from '../harness/worlds.ts';

const named = (target: Target, name: string): Target => ({
  ...target,
  clientIdName: `${name}_ID`,
  clientSecretName: `${name}_SECRET`,
});
const ORGANIZATION: Target = {
  ...named(WEB, 'THREE'),
  place: {
    kind: 'organization',
    organization: 'acme',
    app: 'actions',
    visibility: 'private',
    repositories: undefined,
  },
};
/** Three tokens: two share a repository, the third is an organization's. */
const FLEET: Readonly<Record<string, readonly Target[]>> = {
  one: [named(WEB, 'ONE')],
  two: [named(WEB, 'TWO'), named(API, 'TWO')],
  three: [ORGANIZATION],
};
const MANIFEST = `
defaults:
  rotate-after: 30d
tokens:
  - { name: one, client-id-name: ONE_ID, client-secret-name: ONE_SECRET, targets: repository=acme/web }
  - name: two
    client-id-name: TWO_ID
    client-secret-name: TWO_SECRET
    targets: [{ repository: [acme/web, acme/api] }]
  - name: three
    client-id-name: THREE_ID
    client-secret-name: THREE_SECRET
    targets: organization=acme, visibility=private
`;
const INPUTS: Inputs = { manifest: MANIFEST, 'token-name': '' };
const TARGETS = Object.values(FLEET).flat();
const WATCHED = Object.entries(FLEET).map(([name, targets]) => ({ name, targets }));

interface TokenResult {
  readonly name: string;
  readonly status: string;
  readonly targets: readonly { readonly status: string }[];
}

async function rotate(sandbox: Sandbox, mishap?: Mishap, at?: Exchange, all: readonly Exchange[] = []) {
  const befalls = mishap === undefined || at === undefined ? [] : [befall(mishap, at, all)];
  const { runs } = await play(sandbox, [{ inputs: INPUTS, tokens: WATCHED }], { befalls });
  sandbox.faults.clear();
  return runs[0];
}

/** A fleet that was created a month ago, so that every secret is due. */
async function due(): Promise<Sandbox> {
  const sandbox = new Sandbox();
  expect((await rotate(sandbox)).exitCode).toBe(0);
  sandbox.clock.advance(31 * DAY);
  return sandbox;
}

function resultsOf({ transcript }: Run): readonly TokenResult[] {
  return JSON.parse(transcript.outputs['tokens'] ?? '[]') as readonly TokenResult[];
}

/** Whose request it is; undefined for one that serves more than one token. */
function ownerOf(sandbox: Sandbox, { path, method }: Exchange): string | undefined {
  const name = /\/(ONE|TWO|THREE)_(?:ID|SECRET)$/.exec(path)?.[1]?.toLowerCase();
  if (name !== undefined || method === 'GET') return name;
  return Object.keys(FLEET).find((one) => path.includes(sandbox.cloudflare.findByName(one)[0]?.id ?? '-'));
}

const REFUSED: Mishap = {
  name: 'refused for good',
  effect: {
    kind: 'reply',
    when: 'before',
    status: 403,
    body: '{"success":false,"message":"no","errors":[{"code":10000,"message":"no"}]}',
  },
};
const MISHAPS = [
  REFUSED,
  ...GENERAL.filter(
    ({ effect: { kind, when } }) => FULL || kind === 'kill' || (kind === 'reset' && when === 'after'),
  ),
];

/** A process that dies at a read leaves what its last write has left. */
function mishapsAt({ method }: Exchange): readonly Mishap[] {
  return MISHAPS.filter(({ effect: { kind } }) => FULL || method !== 'GET' || kind !== 'kill');
}

describe('a fleet of three tokens', () => {
  it('does what one fault leaves to be done in the next run, and no token suffers from another', async () => {
    const { exchanges } = await rotate(await due());
    const failures: string[] = [];
    for (const at of exchanges) {
      for (const mishap of mishapsAt(at)) {
        const sandbox = await due();
        const owner = ownerOf(sandbox, at);
        const run = await rotate(sandbox, mishap, at, exchanges);
        const name = `${mishap.name} at ${label(at)}`;
        // Each token that the request is not about is rotated and delivered everywhere.
        if (owner !== undefined && mishap.effect.kind !== 'kill') {
          const others = resultsOf(run).filter((token) => token.name !== owner);
          const whole = others.every(
            ({ status, targets }) =>
              status === 'rotated' && targets.every((target) => target.status === 'delivered'),
          );
          if (others.length !== 2 || !whole) failures.push(`${name}: ${JSON.stringify(others)}`);
        }
        sandbox.clock.advance(10 * MINUTE);
        const again = await rotate(sandbox);
        if (again.exitCode !== 0)
          failures.push(`${name}: the next run fails: ${again.transcript.outputs['message'] ?? ''}`);
        for (const days of [0, 5]) {
          sandbox.clock.advance(days * DAY);
          const out = TARGETS.filter((target) => !sandbox.logsIn(target));
          if (out.length > 0)
            failures.push(`${name}: ${out.length} targets do not log in after ${days} days`);
        }
        const tokens = Object.keys(FLEET).map((one) => sandbox.cloudflare.findByName(one).length);
        if (tokens.join() !== '1,1,1') failures.push(`${name}: ${tokens.join()} tokens`);
      }
    }
    expect(failures).toEqual([]);
    expect(exchanges.length).toBeGreaterThan(TARGETS.length * 4);
  });
});
