import { describe, expect, it } from 'vitest';
import { errorBody } from '../../sandbox/cloudflare/reply.ts';
import type { Effect } from '../../sandbox/faults.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { MINUTE } from '../../src/model/time.ts';
import type { Excuses } from '../harness/judge.ts';
import { befall } from '../harness/mishaps.ts';
import { play, type How, type Played } from '../harness/play.ts';
import {
  CREATE,
  open,
  ORGANIZATION_TARGET,
  ROTATE_ONE,
  ROTATE_THREE,
  type Scenario,
} from '../harness/scenarios.ts';
import { Story, undisturbed } from '../harness/story.ts';
import { failWith } from '../harness/tell.ts';
import { COMMANDS, commandsIn } from '../harness/commands.ts';

type Rewrite = NonNullable<How['rewrite']>;

/** A run among hostile replies, judged as every run is. */
async function run(scenario: Scenario, how: How = {}, excuses: Excuses = {}): Promise<Played> {
  // The log has the reply as it was before it was rewritten.
  const rewritten = how.rewrite !== undefined;
  const story = new Story(open(scenario), scenario, { rewritten, blind: rewritten, ...excuses });
  const [judged] = await story.job(how);
  if (judged === undefined) throw new RangeError(`${scenario.name} has no step`);
  story.found(...commandsIn(judged.played.runs[0]));
  failWith(story.failure(scenario.name));
  return judged.played;
}

/** A scenario once for each of its requests, of which each is answered like that. */
async function everyRequest(scenario: Scenario, effect: (service: string) => Effect): Promise<void> {
  const [{ exchanges }] = await undisturbed(scenario, open(scenario));
  for (const exchange of exchanges) {
    const mishap = { name: 'hostile', effect: effect(exchange.service) };
    await run(scenario, { befalls: [befall(mishap, exchange, exchanges)] });
  }
}

describe('error texts with workflow commands in them', () => {
  const bodies: Readonly<Record<string, string>> = {
    cloudflare: errorBody([{ code: 10000, message: COMMANDS }]),
    github: JSON.stringify({ message: COMMANDS, errors: [COMMANDS] }),
    application: COMMANDS,
  };
  const headers = {
    'content-type': 'application/json',
    'x-accepted-github-permissions': 'secrets=write',
    'x-github-sso': 'required; url=https://github.com/::error::',
  };
  const rows = [ROTATE_THREE, CREATE].map((scenario) => [scenario.name, scenario] as const);
  it.each(rows)('are only text: %s', async (_name, scenario) => {
    await everyRequest(scenario, (service) => ({
      kind: 'reply',
      when: 'before',
      status: 403,
      headers,
      body: bodies[service] ?? '',
    }));
  });
});

describe('names and values with workflow commands in them', () => {
  it('are only text in a check of the whole account', async () => {
    const sandbox = open(CREATE);
    const scope = { kind: 'account', id: ACCOUNT } as const;
    for (let i = 0; i < 2; i += 1) sandbox.cloudflare.createToken({ scope, name: COMMANDS });
    const inputs = { 'token-name': '', operation: 'check' };
    const [checked] = (await play(sandbox, [{ inputs, tokens: [] }])).runs;
    expect(commandsIn(checked)).toEqual([]);
    expect(checked.transcript.outputs['status']).toBe('due');
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
  const huge = JSON.stringify({ success: true, result: 'x'.repeat(9 * 1024 * 1024) });
  it.each([CREATE, ROTATE_ONE].map((scenario) => [scenario.name, scenario] as const))(
    'are given up, and nothing is lost: %s',
    async (_name, scenario) => {
      await everyRequest(scenario, () => ({ kind: 'reply', when: 'after', status: 200, body: huge }));
    },
  );

  it('that are errors are told in a few words', async () => {
    const body = errorBody([{ code: 1, message: 'n o '.repeat(100_000) }]);
    await everyRequest(ROTATE_ONE, () => ({ kind: 'reply', when: 'before', status: 400, body }));
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
    const played = await run(ROTATE_ONE, { rewrite });
    expect(played.runs[0].exitCode).toBe(exitCode);
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
    expect(played.runs[0].exitCode).toBe(1);
    expect(played.exchanges.length).toBeLessThan(20);
  });
});

describe('replies with a field missing or of another kind', () => {
  const FIELDS: Readonly<Record<string, string>> = {
    cloudflare: `success result errors result_info id name client_id client_secret client_secret_version
      previous_client_secret_expires_at expires_at updated_at created_at duration enabled last_seen_at`,
    github: 'key key_id updated_at created_at name total_count repositories visibility id',
  };
  const VALUES = [undefined, null, '', -1, 1e308, 'text', {}];
  const rows = Object.entries(FIELDS).flatMap(([service, fields]) =>
    fields.split(/\s+/).map((field) => [service, field] as const),
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
        const untold = ['id', 'result'].includes(field);
        await run(scenario, { rewrite: everywhere(field, value, service) }, { untold });
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
