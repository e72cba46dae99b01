import { describe, expect, it } from 'vitest';
import { errorBody } from '../../sandbox/cloudflare/reply.ts';
import type { Effect } from '../../sandbox/faults.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { MINUTE } from '../../src/model/time.ts';
import { violationsOf } from './judge.ts';
import { momentsOf } from './moments.ts';
import { play, type Play, type Played } from './play.ts';
import { CREATE, open, ORGANIZATION_TARGET, ROTATE_ONE, ROTATE_THREE, type Scenario } from './scenarios.ts';
import { standingOf } from './standing.ts';
import { tellRun } from './transcript.ts';
import { Watch } from './watch.ts';

type Rewrite = NonNullable<Play['rewrite']>;

const COMMANDS =
  'no\n::set-output name=status::rotated\r\n##[error]pwned\n ::add-mask::acme\u2028::stop-commands::x';

/** A run among hostile replies, judged as every run is. */
async function run(
  scenario: Scenario,
  more: Partial<Play> = {},
  unseen: readonly string[] = [],
): Promise<Played> {
  const sandbox = open(scenario);
  const { targets, inputs } = scenario;
  const before = standingOf(sandbox, targets);
  const watch = new Watch(sandbox, targets);
  const played = await play(sandbox, { inputs, ...more });
  const after = standingOf(sandbox, targets);
  const judged = { sandbox, targets, before, played, after, watch, mishap: more.mishap?.mishap };
  // The log has the reply as it was before it was rewritten.
  const hidden = more.rewrite === undefined ? [] : ['a secret was not masked', ...unseen];
  const violations = violationsOf(judged).filter((text) => !hidden.includes(text));
  expect([...violations, ...commandsIn(played)], tellRun(played)).toEqual([]);
  return played;
}

/** What the runner would take for a workflow command, wherever a line begins, and lines that are none. */
function commandsIn({ transcript: { log, annotations, outputs } }: Played): readonly string[] {
  const lines = [...log, ...annotations.map(({ text }) => text), ...Object.values(outputs)];
  const broken = lines.filter((line) => /[\r\n\u2028\u2029]/.test(line) && !line.startsWith('error: '));
  const commands = lines.filter((line) =>
    line.split(/[\r\n\u2028\u2029]/).some((part) => /^\s*::|##\[/.test(part)),
  );
  const long = lines
    .filter((line) => line.length > 5_000)
    .map(({ length }) => `a line of ${length} characters`);
  return [...broken, ...commands, ...long];
}

describe('error texts with workflow commands in them', () => {
  const body = {
    cloudflare: errorBody([{ code: 10000, message: COMMANDS }]),
    github: JSON.stringify({ message: COMMANDS, errors: [COMMANDS] }),
    application: COMMANDS,
  };
  const rows = [ROTATE_THREE, CREATE].map((scenario) => [scenario.name, scenario] as const);
  it.each(rows)('are only text: %s', async (_name, scenario) => {
    const { exchanges } = await play(open(scenario), scenario);
    for (const at of momentsOf(exchanges)) {
      const headers = {
        'content-type': 'application/json',
        'x-accepted-github-permissions': 'secrets=write',
        'x-github-sso': 'required; url=https://github.com/::error::',
      };
      const effect: Effect = {
        kind: 'reply',
        when: 'before',
        status: 403,
        headers,
        body: body[at.service as 'github'],
      };
      const played = await run(scenario, {
        mishap: { at, mishap: { name: 'hostile', effect, lasting: false } },
      });
      expect([0, 1]).toContain(played.exitCode);
    }
  });
});

describe('names and values with workflow commands in them', () => {
  it('are only text in a check of the whole account', async () => {
    const sandbox = open(CREATE);
    const scope = { kind: 'account', id: ACCOUNT } as const;
    for (let i = 0; i < 2; i += 1) sandbox.cloudflare.createToken({ scope, name: COMMANDS });
    const played = await play(sandbox, { inputs: { 'token-name': '', operation: 'check' } });
    expect(commandsIn(played)).toEqual([]);
    expect(played.transcript.outputs['status']).toBe('due');
  });

  it.each([
    'name',
    'duration',
    'created_at',
    'client_id',
    'expires_at',
    'last_seen_at',
    'previous_client_secret_expires_at',
  ])('are only text where a token has them as its %s', async (field) => {
    await run(ROTATE_ONE, { rewrite: everywhere(field, COMMANDS) });
  });

  it('are only text in a token id, which leads to no other address', async () => {
    const played = await run(ROTATE_ONE, { rewrite: everywhere('id', '../../../../user/tokens/verify?x=') });
    const paths = played.exchanges.filter(({ service }) => service === 'cloudflare').map(({ path }) => path);
    expect(
      paths.filter((path) => !path.startsWith(`/client/v4/accounts/${ACCOUNT}/access/service_tokens`)),
    ).toEqual([]);
  });
});

describe('huge replies', () => {
  const huge = 'x'.repeat(9 * 1024 * 1024);
  it.each([CREATE, ROTATE_THREE].map((scenario) => [scenario.name, scenario] as const))(
    'are given up, and nothing is lost: %s',
    async (_name, scenario) => {
      const { exchanges } = await play(open(scenario), scenario);
      for (const at of momentsOf(exchanges)) {
        const effect: Effect = {
          kind: 'reply',
          when: 'after',
          status: 200,
          body: JSON.stringify({ success: true, result: huge }),
        };
        await run(scenario, { mishap: { at, mishap: { name: 'huge', effect, lasting: false } } });
      }
    },
    60_000,
  );

  it('that are errors are told in a few words', async () => {
    const body = errorBody([{ code: 1, message: 'n o '.repeat(100_000) }]);
    const effect: Effect = { kind: 'reply', when: 'before', status: 400, body };
    const { exchanges } = await play(open(ROTATE_ONE), ROTATE_ONE);
    for (const at of momentsOf(exchanges))
      await run(ROTATE_ONE, { mishap: { at, mishap: { name: 'huge', effect, lasting: false } } });
  });
});

describe('lists of tokens that do not end as they should', () => {
  const lists =
    (change: (list: { result: unknown[]; result_info?: object }, page: number) => object): Rewrite =>
    (request, body) => {
      const url = new URL(request.url);
      if (request.method !== 'GET' || !url.pathname.endsWith('/service_tokens')) return undefined;
      const list = JSON.parse(body) as { result: unknown[]; result_info?: object };
      return JSON.stringify(change(list, Number(url.searchParams.get('page'))));
    };
  const filler = (page: number, count = 100): object[] =>
    Array.from({ length: count }, (_, index) => ({
      id: `${page}-${index}`,
      name: `filler ${page} ${index}`,
      client_id: 'f',
    }));

  it.each<[string, number, Rewrite]>([
    ['a billion pages', 1, lists((list) => ({ ...list, result_info: { total_pages: 1e9 } }))],
    ['a total that is too great', 1, lists((list) => ({ ...list, result_info: { total_count: 1e12 } }))],
    [
      'no total, and ever new tokens',
      1,
      lists((list, page) => ({ ...list, result: filler(page), result_info: undefined })),
    ],
    [
      'no total, and the same page for ever',
      0,
      lists((list) => ({ ...list, result: [...list.result, ...filler(1)], result_info: undefined })),
    ],
    ['three pages that are all the same', 0, lists((list) => ({ ...list, result_info: { total_pages: 3 } }))],
    [
      'a total that is no number',
      0,
      lists((list) => ({ ...list, result_info: { total_pages: 'many', total_count: {} } })),
    ],
  ])('%s', async (_name, exitCode, rewrite) => {
    const played = await run(ROTATE_ONE, { rewrite: rewrite });
    expect(played.exitCode).toBe(exitCode);
    expect(played.exchanges.length).toBeLessThan(70);
    expect(played.took).toBeLessThan(MINUTE);
  });

  it('repositories of an organization secret that never end', async () => {
    const played = await run(ORGANIZATION_TARGET, {
      rewrite: (request, body) =>
        request.url.includes('/repositories')
          ? body.replace(/"total_count":\d+/, '"total_count":1000000000')
          : undefined,
    });
    expect(played.exitCode).toBe(1);
    expect(played.exchanges.length).toBeLessThan(20);
  });
});

describe('replies with a field missing or of another kind', () => {
  const FIELDS = {
    cloudflare: [
      'success',
      'result',
      'errors',
      'result_info',
      'id',
      'name',
      'client_id',
      'client_secret',
      'client_secret_version',
      'previous_client_secret_expires_at',
      'expires_at',
      'updated_at',
      'created_at',
      'duration',
      'enabled',
      'last_seen_at',
    ],
    github: [
      'key',
      'key_id',
      'updated_at',
      'created_at',
      'name',
      'total_count',
      'repositories',
      'visibility',
      'id',
    ],
  };
  const VALUES = [undefined, null, '', -1, 1e308, 'text', {}];
  const rows = Object.entries(FIELDS).flatMap(([service, fields]) =>
    fields.map((field) => [service, field] as const),
  );

  it.each(rows)('%s: %s', async (service, field) => {
    for (const scenario of service === 'github'
      ? [CREATE, ROTATE_ONE, ORGANIZATION_TARGET]
      : [CREATE, ROTATE_ONE]) {
      // Any text could be an ID, as far as anyone can tell.
      const values = ['id', 'client_id'].includes(field)
        ? VALUES.filter((value) => value !== 'text')
        : VALUES;
      for (const value of values) {
        // Nobody can delete a token that no reply tells of.
        const unseen = ['id', 'result'].includes(field) ? ['a token is there that reached no target'] : [];
        await run(scenario, { rewrite: everywhere(field, value, service) }, unseen);
      }
    }
  });
});

/** Gives a field another value in every reply of a service, wherever it is; undefined removes it. */
function everywhere(field: string, value: unknown, service = 'cloudflare'): Rewrite {
  return (request, body) => {
    if (!new URL(request.url).hostname.includes(service) || !body.includes(`"${field}"`)) return undefined;
    return JSON.stringify(JSON.parse(body, (key, old: unknown) => (key === field ? value : old)));
  };
}
