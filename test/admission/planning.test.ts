import { describe, expect, it } from 'vitest';
import { ownedFor, ownPolicies, ownPolicyName, leasedFor } from '../../src/cloudflare/own-policy.ts';
import { readPagedList, type Page } from '../../src/cloudflare/paged-list.ts';
import { parseGroup, parsePolicy, writable, type Policy } from '../../src/cloudflare/policy-json.ts';
import { admits, statesOf } from '../../src/observe/admission-states.ts';
import type { LineReading } from '../../src/observe/admission-lines.ts';
import { rule } from './stage.ts';

const TOKEN = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';
const OTHER = '11111111-fafe-4643-bbbc-4a0ed4fc8415';
const ANY = { any_valid_service_token: {} };
const IP = { ip: { ip: '203.0.113.0/24' } };

function policy(fields: Readonly<Record<string, unknown>>): Policy {
  const parsed = parsePolicy({ id: 'p', name: 'P', decision: 'non_identity', include: [], ...fields });
  if (parsed === undefined) throw new TypeError('no policy');
  return parsed;
}

const NAME = `ci (${TOKEN})`;

describe('a policy', () => {
  it.each([
    ['names the token', { include: [rule(TOKEN)] }, 'yes'],
    [
      'names it beside an empty selector',
      { include: [{ ...rule(TOKEN), common_name: { common_name: null } }] },
      'yes',
    ],
    ['takes any token', { include: [ANY] }, 'yes'],
    ['takes any token beside an empty selector', { include: [{ ...ANY, email: { email: '' } }] }, 'yes'],
    ['names another token', { include: [rule(OTHER)] }, 'no'],
    ['names a group', { include: [{ group: { id: 'g' } }] }, 'no'],
    ['allows it', { decision: 'allow', include: [rule(TOKEN)] }, 'no'],
    ['blocks it', { decision: 'deny', include: [rule(TOKEN)] }, 'no'],
    ['excludes it', { include: [ANY], exclude: [rule(TOKEN)] }, 'no'],
    ['excludes something else', { include: [ANY], exclude: [IP] }, 'limited'],
    ['requires something else', { include: [rule(TOKEN)], require: [IP] }, 'limited'],
    ['requires the token itself', { include: [rule(TOKEN)], require: [rule(TOKEN)] }, 'yes'],
    ['has no list of rules', { include: 'all' }, 'no'],
    ['has an exclude that is no list', { include: [rule(TOKEN)], exclude: {} }, 'no'],
  ] as const)('that %s', (_name, fields, expected) => {
    expect(admits(policy(fields), TOKEN)).toBe(expected);
  });

  it.each([
    ['as it was made', {}, TOKEN],
    ['with the rule twice', { include: [rule(TOKEN), rule(TOKEN)] }, TOKEN],
    ['of another name', { name: 'By hand' }, undefined],
    ['with the ID of another token in its name', { name: `ci (${OTHER})` }, undefined],
    ['with another rule', { include: [rule(TOKEN), IP] }, undefined],
    ['with another token', { include: [rule(TOKEN), rule(OTHER)] }, undefined],
    ['with a requirement', { require: [IP] }, undefined],
    ['with an exclusion', { exclude: [IP] }, undefined],
    ['with another action', { decision: 'allow' }, undefined],
    ['made reusable', { reusable: true }, undefined],
    ['without rules', { include: [] }, undefined],
    ['with a selector beside the token', { include: [{ ...rule(TOKEN), ...IP }] }, undefined],
  ])('is the own of a token or not: %s', (_name, fields, expected) => {
    expect(ownedFor(policy({ name: NAME, include: [rule(TOKEN)], ...fields }))).toBe(expected);
  });

  it('is kept if it is the oldest of several own ones', () => {
    const own = { name: NAME, include: [rule(TOKEN)] };
    const policies = [
      policy({ ...own, id: 'b', created_at: '2026-01-02T00:00:00Z' }),
      policy({ ...own, id: 'c', created_at: '2026-01-01T00:00:00Z' }),
      policy({ ...own, id: 'a', created_at: '2026-01-02T00:00:00Z' }),
    ];
    expect(ownPolicies(policies, TOKEN).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });

  it('is written back with every key as it was read, but those that are read-only', () => {
    const read = policy({
      id: 'p',
      created_at: 'c',
      updated_at: 'u',
      account_id: 'a',
      app_count: 2,
      reusable: true,
      precedence: 4,
      include: [IP],
      exclude: [{ new_kind: { a: [null, 1.5, 'ü'] } }],
      mfa_config: null,
      new_key: { deep: [{}] },
    });
    expect(writable(read, [IP, rule(TOKEN)])).toEqual({
      name: 'P',
      decision: 'non_identity',
      include: [IP, rule(TOKEN)],
      exclude: [{ new_kind: { a: [null, 1.5, 'ü'] } }],
      mfa_config: null,
      new_key: { deep: [{}] },
    });
  });
});

describe('the name of a policy of its own', () => {
  it.each([0, 1, 311, 312, 350])(
    'fits, and keeps the ID and the end of a token name of %d characters',
    (length) => {
      const name = `${'🔑'.repeat(Math.max(0, length - 3))}end`.slice(-2 * length);
      const made = ownPolicyName({ name, id: TOKEN });
      expect(Array.from(made).length).toBeLessThanOrEqual(350);
      expect(made.endsWith(`${length >= 3 ? 'end' : ''} (${TOKEN})`)).toBe(true);
    },
  );

  it.each([
    ['job', 'job-77-2-build-0123456789abcdef', TOKEN],
    ['job', 'job2-77-2-build-0123456789abcdef', undefined],
    ['job', 'job', undefined],
    ['x'.repeat(300), `${'x'.repeat(300)}-77-2-build-0123456789abcdef`, TOKEN],
  ])('tells a lease with the prefix %s', (prefix, tokenName, expected) => {
    const name = ownPolicyName({ name: tokenName, id: TOKEN });
    expect(leasedFor(policy({ name, include: [rule(TOKEN)] }), prefix)).toBe(expected);
  });
});

describe('a line of admit-to', () => {
  const line = { kind: 'application', value: 'x' } as const;
  const application = { id: 'app', name: 'X', hostnames: ['x.example.com'], policies: undefined };
  const reading = (...policies: Policy[]): LineReading => {
    return { line, what: 'application "X"', kind: 'application', application, policies };
  };

  it.each([
    ['nothing', [], 'missing', false],
    ['a policy of its own', [policy({ name: NAME, include: [rule(TOKEN)] })], 'admitted', true],
    ['somebody else', [policy({ include: [rule(TOKEN)] })], 'admitted', false],
    ['any token', [policy({ include: [ANY] })], 'admitted', false],
    ['an Allow policy only', [policy({ decision: 'allow', include: [rule(TOKEN)] })], 'missing', false],
    ['a Bypass for one address', [policy({ decision: 'bypass', include: [IP] })], 'missing', false],
    [
      'a Bypass for everyone',
      [policy({ decision: 'bypass', include: [{ everyone: {} }] })],
      'refused',
      false,
    ],
  ] as const)('is judged if the application has %s', (_name, policies, kind, withdrawable) => {
    const [state] = statesOf([reading(...policies)], TOKEN);
    expect(state?.kind).toBe(kind);
    expect(state?.kind === 'admitted' && state.admission !== undefined).toBe(withdrawable);
  });

  it('counts any token alone for a token that does not exist yet', () => {
    expect(statesOf([reading(policy({ include: [rule(TOKEN)] }))], undefined)[0]?.kind).toBe('missing');
    expect(statesOf([reading(policy({ include: [ANY] }))], undefined)[0]?.kind).toBe('admitted');
  });

  it('says that a group may admit the token, and does not count on it', () => {
    const [state] = statesOf([reading(policy({ include: [{ group: { id: 'g1' } }] }))], TOKEN);
    expect(state?.kind).toBe('missing');
    expect(state?.warnings.join('')).toContain('(g1)');
  });
});

describe('a paged list', () => {
  const items = Array.from({ length: 45 }, (_, index) => ({ id: `g${index}`, name: 'G' }));
  const read = async (pageOf: (page: number) => Page): Promise<readonly [number, number]> => {
    let pages = 0;
    const list = await readPagedList({
      readPage: (page) => {
        pages += 1;
        return Promise.resolve(pageOf(page));
      },
      parse: parseGroup,
      mostPages: 10,
      endless: () => new RangeError('endless'),
    });
    return [list.length, pages];
  };
  const cut = (page: number, perPage = 20): readonly unknown[] =>
    items.slice((page - 1) * perPage, page * perPage);
  const info = { total_pages: 3, total_count: 45 };

  it.each([
    ['as documented', (page: number) => ({ result: cut(page), info }), [45, 3]],
    ['without result_info', (page: number) => ({ result: cut(page), info: undefined }), [45, 4]],
    ['that ignores the page', () => ({ result: items, info: undefined }), [45, 2]],
    [
      'that repeats its first page',
      (page: number) => ({ result: cut(Math.max(1, page - 1)), info }),
      [45, 5],
    ],
    [
      'with things that are no items',
      (page: number) => ({ result: [...cut(page), null, { name: 'x' }, { id: '' }], info }),
      [45, 3],
    ],
    [
      'that shows fewer items than it counts',
      () => ({ result: cut(1), info: { total_pages: 1, total_count: 45 } }),
      [20, 1],
    ],
  ] as const)('is read whole: one %s', async (_name, pageOf, expected) => {
    expect(await read(pageOf)).toEqual(expected);
  });

  it.each([
    [
      'that has ever more',
      (page: number) => ({
        result: Array.from({ length: 20 }, (_, index) => ({ id: `${page} ${index}` })),
        info: undefined,
      }),
    ],
    ['that announces too many pages', () => ({ result: cut(1), info: { total_pages: 1_000_000 } })],
  ])('is given up: one %s', async (_name, pageOf) => {
    await expect(read(pageOf)).rejects.toThrow('endless');
  });
});
