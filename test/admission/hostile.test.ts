import { describe, expect, it } from 'vitest';
import { errorBody } from '../../sandbox/cloudflare/reply.ts';
import { findLeaks } from '../../sandbox/leaks.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import { COMMANDS, commandsIn } from '../harness/commands.ts';
import { play, type How, type Inputs } from '../harness/play.ts';
import { FULL } from '../harness/worlds.ts';
import { Stage } from './stage.ts';

type Rewrite = NonNullable<How['rewrite']>;

const ADMIT: Inputs = { 'admit-to': 'application=staging.example.com\npolicy=Robots' };
const OPERATIONS: readonly (readonly [string, Inputs])[] = [
  ['rotate', { ...ADMIT, 'rotate-after': '30d' }],
  ['check', { ...ADMIT, 'rotate-after': '30d', operation: 'check' }],
  ['delete', { ...ADMIT, operation: 'delete' }],
];
const ABOUT = /\/access\/(apps|policies|groups)/;

/** What a field is instead of what it should be. */
const VALUES: readonly unknown[] = [
  ...[undefined, {}, COMMANDS],
  ...(FULL ? [null, '', -1, [null, 1, 'x', [], {}]] : []),
];

/** An own token that is due, and for `delete` one that is admitted, also by a group. */
async function begin(operation: string) {
  const stage = new Stage();
  const policy = stage.reusable();
  await stage.run(operation === 'delete' ? ADMIT : {});
  const { access, clock } = stage.sandbox;
  access.groups.create({ name: 'Machines', include: [{ ip: { ip: '203.0.113.7/32' } }] });
  clock.advance(40 * DAY);
  return { stage, policy, rules: policy.fields['include'] as readonly object[] };
}

/** Plays an operation among hostile replies, and gives all that was wrong. */
async function wrongs(
  [operation, inputs]: readonly [string, Inputs],
  hostile: (stage: Stage) => Pick<How, 'rewrite'>,
): Promise<readonly string[]> {
  const { stage, policy, rules } = await begin(operation);
  const { sandbox } = stage;
  const secrets = sandbox.clientSecrets;
  const { runs, exchanges, took } = await play(sandbox, [{ inputs, tokens: [] }], hostile(stage));
  const [run] = runs;
  const { log, annotations, outputs, summary } = run.transcript;
  const found = [...commandsIn(run)];
  if (outputs['reason'] === 'unexpected') found.push('an error that nobody has foreseen');
  if (exchanges.length > 250) found.push(`${exchanges.length} requests`);
  if (took > HOUR) found.push(`${took} ms`);
  const text = [...log, JSON.stringify([annotations, outputs]), summary].join('\n');
  const leaks = findLeaks({
    secrets: [...secrets, ...sandbox.clientSecrets],
    haystacks: [{ name: 'report', text }],
  });
  if (leaks.length > 0) found.push('a secret is in the report');
  const [token] = sandbox.cloudflare.findByName('ci');
  if (token !== undefined && !sandbox.logsIn(WEB)) found.push('acme/web is locked out');
  const now = sandbox.access.policies.find(policy.id)?.fields['include'];
  const foreign = (Array.isArray(now) ? now : []).filter((one: object) => !('service_token' in one));
  if (JSON.stringify(foreign) !== JSON.stringify(rules)) found.push('rules of somebody else were changed');
  return found;
}

/** Gives a field another value in every reply about applications, policies and groups; undefined removes it. */
function everywhere(field: string, value: unknown): Rewrite {
  return ({ url }, body) =>
    ABOUT.test(url) && body.includes(`"${field}"`)
      ? JSON.stringify(JSON.parse(body, (key, old: unknown) => (key === field ? value : old)))
      : undefined;
}

describe.each(OPERATIONS)('hostile replies about admission: %s', (operation, inputs) => {
  const of = [operation, inputs] as const;

  it.each([
    'id',
    'uid',
    'name',
    'domain',
    'decision',
    'include',
    'exclude',
    'require',
    'result',
    'result_info',
    'success',
  ])('a %s of another kind harms nobody', async (field) => {
    const found: unknown[] = [];
    for (const value of VALUES)
      found.push(
        ...(await wrongs(of, () => ({ rewrite: everywhere(field, value) }))).map((text) => [value, text]),
      );
    expect(found).toEqual([]);
  });

  it.each(['GET', 'POST', 'PUT', 'DELETE'])(
    'commands and secrets in an error to a %s are only text',
    async (method) => {
      const found = await wrongs(of, ({ sandbox }) => {
        const echoed = `${COMMANDS} ${sandbox.clientSecrets.join(' ')}`;
        const body = errorBody([{ code: 12130, message: echoed }]);
        sandbox.faults.add({
          name: 'hostile',
          method,
          path: ABOUT,
          times: Infinity,
          effect: { kind: 'reply', when: 'before', status: 400, body },
        });
        return {};
      });
      expect(found).toEqual([]);
    },
  );

  it('a body of 9 MB is given up', async () => {
    const body = JSON.stringify({ success: true, result: 'x'.repeat(9 * 1024 * 1024) });
    expect(await wrongs(of, () => ({ rewrite: ({ url }) => (ABOUT.test(url) ? body : undefined) }))).toEqual(
      [],
    );
  });

  it.each(['apps', 'policies', 'groups'])('a list of %s that never ends is given up', async (list) => {
    const rewrite: Rewrite = ({ method, url }, body) => {
      const { pathname, searchParams } = new URL(url);
      if (method !== 'GET' || !pathname.endsWith(`/access/${list}`)) return undefined;
      const page = searchParams.get('page') ?? '1';
      const result = Array.from({ length: 100 }, (_, index) => ({
        id: `${page}-${index}`,
        name: `filler ${page}`,
      }));
      return JSON.stringify({ ...(JSON.parse(body) as object), result, result_info: { total_pages: 1e9 } });
    };
    expect(await wrongs(of, () => ({ rewrite }))).toEqual([]);
  });
});

describe('an application that is deleted meanwhile', () => {
  it('fails the run, which says so and locks nobody out', async () => {
    const { stage } = await begin('rotate');
    const { sandbox } = stage;
    sandbox.secondWriter.add({
      method: 'GET',
      path: /\/access\/apps\?/,
      when: 'after',
      act: () => {
        sandbox.access.applications.remove(stage.staging);
      },
    });
    const { exitCode, outputs } = await stage.run({ ...ADMIT, 'rotate-after': '30d' });
    expect(exitCode).toBe(1);
    expect(outputs['reason']).not.toBe('unexpected');
    expect(outputs['message']).toContain('staging.example.com');
    expect(sandbox.logsIn(WEB)).toBe(true);
    const names = sandbox.access.policies.list().map(({ name }) => String(name));
    expect(names.filter((name) => name.startsWith('ci ('))).toEqual([]);
  });
});

describe('a refusal of one of two lines', () => {
  it('names the application that could not be written, and whether something was admitted', async () => {
    const stage = new Stage();
    await stage.run({});
    stage.reusable();
    stage.sandbox.clock.advance(40 * DAY);
    const body = errorBody([{ code: 10000, message: 'Authentication error' }]);
    stage.sandbox.faults.add({
      name: 'refused',
      service: 'cloudflare',
      method: 'POST',
      path: /\/apps\/[^/]+\/policies$/,
      times: Infinity,
      effect: { kind: 'reply', when: 'before', status: 403, body },
    });
    const inputs = { ...ADMIT, 'rotate-after': '30d' };
    const { annotations, log } = await stage.run(inputs);
    const [first = ''] = annotations.filter(({ kind }) => kind === 'error').map(({ text }) => text);
    expect(first).toMatch(
      /^application "Staging" \(staging\.example\.com\): Cloudflare refused to create the policy/,
    );
    expect(log).toContain('"ci" not rotated, and not admitted everywhere.');
  });
});
