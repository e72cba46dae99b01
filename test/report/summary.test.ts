import { describe, expect, test } from 'vitest';
import { ClientSecret } from '../../src/model/client-secret.ts';
import type { Operation } from '../../src/model/operation.ts';
import { Problem } from '../../src/model/problem.ts';
import { DAY } from '../../src/model/time.ts';
import type { TokenFinding } from '../../src/plan/account-check.ts';
import type { RunOutcome, Status, TokenOutcome } from '../../src/report/outcome.ts';
import { summarize, summarizeBadInputs } from '../../src/report/summary/summary.ts';
import {
  NOW,
  ROTATED,
  TOKEN,
  failing,
  partlyFailed,
  refusal,
  repository,
  runOf,
  tokenOf,
} from './fixtures.ts';

const helpUrl = (code: string): string => `https://github.example/docs/troubleshooting.md#${code}`;

function summaryOf(token: Partial<TokenOutcome>, run: Partial<RunOutcome> = {}): string {
  return summarize(runOf(token, run), { helpUrl });
}

function headingOf(token: Partial<TokenOutcome>, run: Partial<RunOutcome> = {}): string {
  return /^## (.*)$/m.exec(summaryOf(token, run))?.[1] ?? '';
}

describe('the first line', () => {
  test.each<[Status, Operation, Partial<TokenOutcome>, string]>([
    ['created', 'rotate', { targets: ROTATED.targets ?? [] }, '✅ `deploy-web` created, 3 targets updated'],
    ['rotated', 'rotate', ROTATED, '✅ `deploy-web` rotated, 3 targets updated'],
    ['renewed', 'renew', {}, '✅ `deploy-web` renewed'],
    ['repaired', 'rotate', {}, '✅ `deploy-web` repaired'],
    ['completed', 'complete', {}, '✅ The rotation of `deploy-web` is completed'],
    ['revoked', 'revoke', {}, '✅ The previous secret of `deploy-web` has ended'],
    ['deleted', 'delete', { token: undefined }, '✅ `deploy-web` deleted'],
    ['leased', 'lease', { label: 'job-1' }, '✅ `job-1` leased to this job'],
    ['unchanged', 'rotate', {}, '✅ Nothing to do for `deploy-web`'],
    ['unchanged', 'check', {}, '✅ `deploy-web` is in order'],
    ['failed', 'rotate', {}, '❌ `deploy-web` not rotated, nothing was changed'],
    ['failed', 'rotate', { deeds: ['renewed'] }, '❌ `deploy-web` renewed, but not rotated'],
    ['failed', 'rotate', partlyFailed(), '❌ `deploy-web` rotated, but 1 of 3 targets was not updated'],
    ['failed', 'renew', {}, '❌ `deploy-web` not renewed, nothing was changed'],
  ])('of %s by %s', (status, operation, token, expected) => {
    expect(headingOf({ ...token, status }, { operation })).toBe(expected);
  });

  test.each<[Status, string, string]>([
    ['verified', 'Access accepts it at app.example.com.', '✅ Access accepts it at app.example.com'],
    ['failed', 'Access refused it at app.example.com.', '❌ The credentials do not get past Access'],
  ])('of credentials that are %s', (status, message, expected) => {
    const verified = { operation: 'verify', status, tokens: [], message } as const;
    expect(headingOf({}, verified)).toBe(expected);
  });
});

describe('a rotation that worked', () => {
  const markdown = summaryOf(ROTATED);

  test('says until when the previous secret works and what comes next, in words that people read', () => {
    expect(markdown.split('\n\n')[1]).toBe(
      'The previous secret works until **25 Nov 2026, 18:03 UTC** (36 hours). Next rotation: 24 Dec 2026. The token expires 24 Nov 2027. Reason: the stored client secret is 30 days old.',
    );
    expect(markdown).not.toMatch(/\d{4}-\d\d-\d\dT/);
  });

  test('folds targets and timeline, without columns that have nothing to say', () => {
    const [before = ''] = markdown.split('<details>');
    expect(before).not.toMatch(/acme|mermaid/);
    expect(markdown).toContain('<details><summary>3 targets</summary>\n\n- `acme/web`\n');
    expect(markdown).toContain('<details><summary>Timeline</summary>');
  });
});

test('names of targets that store nothing are not said to be stored', () => {
  const target = repository('web');
  const markdown = summaryOf({ status: 'unchanged', targets: [{ target, status: 'unchanged' }] });
  expect(markdown).toContain('\nNames: `CF_ACCESS_CLIENT_ID` and `CF_ACCESS_CLIENT_SECRET`.');
  expect(markdown).not.toContain('Stored');
});

test('a token that a rule stopped has no next rotation', () => {
  const due = { rotateDueAt: NOW + 9 * DAY };
  expect(summaryOf({ status: 'unchanged', ...due })).toContain('Next rotation: 3 Dec');
  expect(summaryOf({ status: 'failed', ...due })).not.toContain('Next rotation');
  const fleet = summarize({ ...runOf({ status: 'failed', ...due }), fleet: true }, { helpUrl });
  expect(fleet).not.toContain('3 Dec');
});

test('a rotation after the end of the token is not announced', () => {
  expect(summaryOf({ status: 'unchanged', rotateDueAt: NOW + 364 * DAY })).toContain('Next rotation');
  expect(summaryOf({ status: 'unchanged', rotateDueAt: NOW + 366 * DAY })).not.toContain('Next rotation');
});

test('what the step asks for is no reason', () => {
  const because = 'operation: delete asks for it';
  const failed = { status: 'failed', reason: 'github-forbidden', deeds: ['deleted'], because } as const;
  expect(summaryOf(failed, { operation: 'delete' })).not.toContain('Reason:');
});

describe('a failure', () => {
  test('comes first: what, where, what to do, until when, with a link', () => {
    const [, box = ''] = summaryOf(partlyFailed()).split('\n\n');
    expect(box).toBe(
      [
        '> [!CAUTION]',
        '> **`acme/api`, environment `production`**: GitHub refused to write its secrets (403).<br>Grant the App `Environments: write`, then run this again.<br>This target still stores the previous secret, which works until **24 Dec 2026** (30 days). [`github-permission-missing`](https://github.example/docs/troubleshooting.md#github-permission-missing)',
      ].join('\n'),
    );
  });

  test('links nothing if the help page is not known', () => {
    const markdown = summarize(runOf(partlyFailed()), { helpUrl: () => undefined });
    expect(markdown).toContain('`github-permission-missing`');
    expect(markdown).not.toContain('](');
  });

  test('is told once, and the failed target stands first in the table', () => {
    const markdown = summaryOf(partlyFailed());
    expect(markdown.split('GitHub refused to write')).toHaveLength(2);
    const [first = ''] = markdown.match(/^\| `acme.*/gm) ?? [];
    expect(first).toBe('| `acme/api`, environment `production` | **failed** | 30 days ago, 25 Oct 2026 |');
  });

  test('says that the stored secret has ended', () => {
    const target = failing(repository('api'), refusal('acme/api'), NOW - DAY);
    expect(summaryOf({ status: 'failed', targets: [target] })).toContain(
      '**Jobs that use the secret stored there have been refused since 23 Nov 2026, 06:03 UTC.**',
    );
  });

  test('of many targets with one cause is one paragraph, and the rest is counted', () => {
    const targets = Array.from({ length: 9 }, (_, index) =>
      failing(repository(`r${index}`), refusal(`acme/r${index}`)),
    );
    const markdown = summaryOf({ status: 'failed', targets });
    expect(markdown).toContain('The same at `acme/r1`; `acme/r2`; `acme/r3`; and 5 more.');
    expect(markdown.split('Grant the App')).toHaveLength(2);
  });

  test('of a whole run is never pushed out by those of targets', () => {
    const targets = Array.from({ length: 9 }, (_, index) =>
      failing(repository(`r${index}`), new Problem('github-refused', `m${index}`, `Do ${index}.`)),
    );
    const problems = [new Problem('target-refused', 'Nothing was rotated.', 'Fix the errors above.')];
    const markdown = summaryOf({ status: 'failed', targets, problems });
    expect(markdown).toContain('> Nothing was rotated.');
    expect(markdown).toContain('> And 4 more: see the log.');
  });
});

test('bad input has a paragraph for each line', () => {
  const problem = new Problem('settings', 'operation: got "x".\nduration: accepts `90d`.', 'Fix the step.');
  expect(summarizeBadInputs(problem, { helpUrl })).toBe(
    [
      '## ❌ The inputs are wrong\n',
      '> [!CAUTION]',
      '> operation: got "x".',
      '>',
      '> duration: accepts `90d`.',
      '>',
      '> Fix the step. [`settings`](https://github.example/docs/troubleshooting.md#settings)\n',
    ].join('\n'),
  );
});

describe('a check of an account', () => {
  const finding = (name: string, days: number, ...problems: TokenFinding['problems']): TokenFinding => ({
    token: { ...TOKEN, name, expiresAt: NOW + days * DAY, lastSeenAt: undefined },
    problems,
  });
  const markdown = summarize(
    {
      ...runOf({}, { operation: 'check', status: 'due' }),
      tokens: [],
      account: {
        scope: 'all',
        findings: [
          finding('late', 300),
          finding('soon', 20, { code: 'expires-soon', message: 'expires in 20 days' }),
          finding('off', 90, { code: 'disabled', message: 'is disabled' }),
          finding('dead', -3, { code: 'expired', message: 'expired 3 days ago' }),
          finding('job', 0.02, { code: 'leased', message: 'is leased to a job' }),
        ],
      },
    },
    { helpUrl },
  );

  test('sorts by what needs attention and folds what is in order', () => {
    const [open = '', inOrder = '', leased = ''] = markdown.split('<details>');
    const names = [...open.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
    expect(names).toEqual(['dead', 'off', 'soon']);
    expect(inOrder).toContain('1 token in order');
    expect(leased).toContain('1 token leased to jobs');
    expect(markdown).toMatch(/^## ⚠️ 3 of 5 service tokens need attention$/m);
  });

  test('has one line per token, without IDs, and says of unused ones that they were never used', () => {
    expect(markdown).toContain('| `dead` | expired 3 days ago | 21 Nov 2026, 06:03 UTC | never used |');
    expect(markdown).not.toContain(TOKEN.id);
  });
});

describe('a manifest', () => {
  const run: RunOutcome = {
    ...runOf({}, { status: 'failed', fleet: true }),
    tokens: [
      tokenOf({ label: 'idle' }),
      tokenOf({ ...ROTATED, label: 'web' }),
      tokenOf({ ...partlyFailed(), label: 'api' }),
    ],
  };
  const markdown = summarize(run, { helpUrl });

  test('begins with what failed, then has a row for each token, failed ones first', () => {
    const box = markdown.indexOf('[!CAUTION]');
    const rows = [...markdown.matchAll(/^\| `(api|web|idle)` \| (\S+) /gm)].map(
      ([, name, mark]) => `${name ?? ''} ${mark ?? ''}`,
    );
    expect(rows).toEqual(['api ❌', 'web ✅', 'idle ✅']);
    expect(box).toBeGreaterThan(0);
    expect(box).toBeLessThan(markdown.indexOf('| Token'));
    expect(markdown).toContain('> **`api`**, **`acme/api`, environment `production`**: GitHub refused');
  });

  test('folds the details of each token, which do not repeat the dates of the table', () => {
    const [, ...details] = markdown.split('<details>');
    expect(details.length).toBe(3);
    expect(details.join('')).not.toMatch(/Next rotation|expires/);
  });
});

test('shows names from outside as they are', () => {
  const markdown = summaryOf({
    ...ROTATED,
    label: 'a`|<b>@x',
    warnings: ['see [x](https://evil.example) @you'],
  });
  const bare = markdown.replace(/<code>.*?<\/code>/g, '').replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '');
  expect(bare).not.toMatch(/<b>|(?<!\\)\[x\]|@/);
});

test('has no client secret', () => {
  const clientSecret = new ClientSecret('5ec2e7'.repeat(10));
  expect(summaryOf({ ...ROTATED, clientSecret })).not.toContain('5ec2e7');
});
