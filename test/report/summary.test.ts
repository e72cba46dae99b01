import type { ProblemCode } from '../../src/model/problem-codes.ts';
import { describe, expect, test } from 'vitest';
import { SAMPLES } from '../../scripts/samples/all.ts';
import {
  NOW,
  OPEN,
  SETTINGS,
  TOKEN,
  delivered,
  environment,
  outcomeOf,
  repository,
} from '../../scripts/samples/parts.ts';
import { ClientSecret } from '../../src/model/client-secret.ts';
import { DAY } from '../../src/model/time.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Outcome, Status } from '../../src/report/outcome.ts';
import type { TargetResult } from '../../src/apply/results.ts';
import type { TokenFinding } from '../../src/plan/account-check.ts';
import { Problem } from '../../src/model/problem.ts';
import { summarize, type SummarySettings } from '../../src/report/summary/summary.ts';
import { diagramsIn, readGantt } from './mermaid.ts';

const LIMIT = 1_048_576;

function summaryOf(outcome: Partial<Outcome>, settings: Partial<SummarySettings> = {}): string {
  return summarize(outcomeOf(outcome), { ...SETTINGS, ...settings });
}

function headingOf(outcome: Partial<Outcome>, settings: Partial<SummarySettings> = {}): string {
  return /^## (.*)$/m.exec(summaryOf(outcome, settings))?.[1] ?? '';
}

function sectionOf(markdown: string, title: string): string {
  return markdown.split(/^### /m).find((section) => section.startsWith(title)) ?? '';
}

function refusal(name: string, code: ProblemCode = 'github-refused'): Problem {
  return new Problem(code, `GitHub refused ${name}.`, 'Give the App access and run this again.');
}

function failing(name: string, problem: Problem): TargetResult {
  return { target: repository(name), status: 'failed', problem, worksUntil: OPEN.previousSecretExpiresAt };
}

describe.each(SAMPLES)('the sample $name', ({ outcome, settings }) => {
  const markdown = summarize(outcome, settings);

  test('draws what Mermaid reads', () => {
    const drawn = diagramsIn(markdown);
    expect(drawn).toHaveLength(outcome.token === undefined && outcome.tokens === undefined ? 0 : 1);
    for (const source of drawn) expect(readGantt(source).length).toBeGreaterThan(1);
  });

  test('begins with what happened and why', () => {
    expect(markdown).toMatch(/^## (?:✅|❌|⚠️|📝) .*\n\n.*Reason: `[a-z-]+`\.\n/);
  });

  test('has no control characters and no tag but its own', () => {
    expect(markdown).not.toMatch(/[^\P{Cc}\n]/u);
    const text = markdown.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '').replace(/\\./g, '');
    const tags = new Set([...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag));
    const own = ['<br>', '<sub>', '</sub>', '<details>', '</details>', '<summary>', '</summary>'];
    const named = ['<code>', '</code>', '<span>', '</span>'];
    expect([...tags].filter((tag) => ![...own, ...named].includes(tag))).toEqual([]);
  });
});

describe('the heading', () => {
  const targets = [delivered(repository('web')), failing('api', refusal('acme/api'))];
  const create = { kind: 'create' } as const;

  test.each<[Status, Operation, Partial<Outcome>, string]>([
    ['created', 'rotate', {}, '✅ Created `deploy-web`'],
    ['rotated', 'rotate', {}, '✅ Rotated the client secret of `deploy-web`'],
    ['renewed', 'renew', {}, '✅ Renewed `deploy-web`'],
    ['repaired', 'rotate', {}, '✅ Repaired the delivery of `deploy-web`'],
    ['revoked', 'revoke', {}, '✅ Ended the previous client secret of `deploy-web`'],
    ['deleted', 'delete', { token: undefined }, '✅ Deleted `deploy-web`'],
    ['leased', 'lease', { token: { ...TOKEN, name: 'job-1' } }, '✅ Leased `job-1` to this job'],
    ['unchanged', 'rotate', {}, '✅ Nothing to do for `deploy-web`'],
    ['unchanged', 'check', {}, '✅ Check: nothing to do for `deploy-web`'],
    ['due', 'check', { steps: [create] }, '⚠️ Check: `deploy-web` would be created'],
    ['failed', 'renew', {}, '❌ Renewing `deploy-web` failed, nothing was changed'],
    ['failed', 'delete', { changed: true }, '❌ Deleting `deploy-web` failed'],
    ['failed', 'rotate', { changed: true, targets }, '❌ Rotating `deploy-web` failed for 1 of 2 targets'],
    ['due', 'check', { tokens: [{ token: TOKEN, problems: ['x'] }] }, '⚠️ 1 of 1 service token to act on'],
    [
      'unchanged',
      'check',
      { tokens: [{ token: TOKEN, problems: [] }] },
      '✅ Nothing to act on in 1 service token',
    ],
    ['failed', 'check', { tokens: [] }, '❌ Checking the account failed, nothing was changed'],
  ])('of %s by %s', (status, operation, outcome, expected) => {
    expect(headingOf({ status, ...outcome }, { operation })).toBe(expected);
  });

  test('of a dry run says would', () => {
    const steps = [{ kind: 'rotate', recovering: false }] as const;
    expect(headingOf({ status: 'planned', steps }, { dryRun: true })).toBe(
      '📝 Dry run: the client secret of `deploy-web` would be rotated',
    );
    expect(headingOf({}, { dryRun: true })).toBe('✅ Dry run: nothing to do for `deploy-web`');
  });

  test('does without a name', () => {
    expect(headingOf({ status: 'failed', token: undefined }, { tokenName: undefined })).toBe(
      '❌ Rotating the service token failed, nothing was changed',
    );
  });
});

describe('problems', () => {
  test('come before everything else, with what to do', () => {
    const problem = refusal('acme/api');
    const markdown = summaryOf({ status: 'failed', message: problem.message, problems: [problem] });
    expect(markdown.split('\n\n').slice(1, 4)).toEqual([
      'Reason: `secret-fresh`.',
      '### Problem',
      '- GitHub refused acme/api. <br>**What to do:** Give the App access and run this again. (`github-refused`)',
    ]);
  });

  test('of targets are told once, however the outcome lists them', () => {
    const problem = refusal('acme/api');
    const markdown = summaryOf({ status: 'failed', problems: [problem], targets: [failing('api', problem)] });
    expect(markdown.split('GitHub refused acme/api')).toHaveLength(2);
    expect(sectionOf(markdown, 'Targets')).toContain(
      'See above. The secret that it holds works until 2026-12-22',
    );
  });

  test('with the same remedy are told together, and each in the table', () => {
    const targets = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => failing(name, refusal(`acme/${name}`)));
    const markdown = summaryOf({ status: 'failed', targets });
    expect(sectionOf(markdown, 'Problem')).toContain('The same at `acme/b`; `acme/c`; `acme/d`; and 2 more.');
    expect(sectionOf(markdown, 'Targets')).toContain('GitHub refused acme/f. Give the App access');
  });

  test('of the whole run come after those of targets, and are never cut off for them', () => {
    const targets = Array.from({ length: 9 }, (_, index) => failing(`r${index}`, refusal(`it ${index}`)));
    const problems = [new Problem('target-refused', 'Nothing was rotated.', 'Mend what is named above.')];
    const lines =
      sectionOf(summaryOf({ status: 'failed', targets, problems }), 'Problems').match(/^- .*/gm) ?? [];
    expect(lines).toHaveLength(7);
    expect(lines[5]).toMatch(/^- Nothing was rotated\./);
  });

  test('that are many are counted', () => {
    const problems = Array.from({ length: 30 }, (_, index) => refusal(`acme/${index}`));
    const section = sectionOf(summaryOf({ status: 'failed', problems }), 'Problems');
    expect(section.match(/^- /gm)).toHaveLength(7);
    expect(section).toContain('- And 24 more;');
  });

  test('tell that a secret has ended already', () => {
    const target = { ...failing('api', refusal('acme/api')), worksUntil: NOW - DAY };
    expect(summaryOf({ targets: [target] })).toContain(
      '**The secret that it holds ended 2026-11-21 06:00 UTC',
    );
  });
});

describe('the table of targets', () => {
  test('has failed ones first', () => {
    const targets = [delivered(repository('web')), failing('api', refusal('acme/api'))];
    const rows = sectionOf(summaryOf({ targets }), 'Targets').match(/^\| `.*/gm) ?? [];
    expect(rows.map((row) => row.split(' | ').slice(0, 3).join())).toEqual([
      '| `acme/api`,Actions,**failed**',
      '| `acme/web`,Actions,delivered',
    ]);
  });

  test('tells names that differ beside each', () => {
    const other = { ...repository('api'), clientIdName: 'ID', clientSecretName: 'SECRET' };
    const markdown = summaryOf({ targets: [delivered(repository('web')), delivered(other)] });
    expect(markdown).toContain('| `acme/api`<br>as `ID`, `SECRET` |');
    expect(markdown).not.toContain('Secret names:');
  });

  test('of many has the failed ones in the open and the others folded', () => {
    const targets = Array.from({ length: 300 }, (_, index) =>
      index % 100 === 50 ? failing(`r${index}`, refusal(`it ${index}`)) : delivered(repository(`r${index}`)),
    );
    const section = sectionOf(summaryOf({ targets }), 'Targets');
    const [open = '', closed = ''] = section.split('<details>');
    expect(open).toContain('300 targets: 3 **failed**, 297 delivered.');
    expect(open.match(/^\| `acme/gm)).toHaveLength(3);
    expect(closed).toContain('<summary>The other 297 targets</summary>\n\n| Target |');
    expect(closed.match(/^\| `acme/gm)).toHaveLength(297);
  });
});

describe('size', () => {
  const long = '|é'.repeat(2_000);
  const everything: Partial<Outcome> = {
    status: 'failed',
    message: long,
    token: { ...TOKEN, name: long },
    targets: Array.from({ length: 1_000 }, (_, index) => ({
      target: environment(`r${index}`, long),
      status: 'failed',
      problem: new Problem('github-refused', `${index}${long}`, long),
    })),
    problems: Array.from({ length: 1_000 }, () => new Problem('unexpected', long, long)),
    warnings: Array.from({ length: 1_000 }, () => long),
    notices: Array.from({ length: 1_000 }, () => long),
  };

  test('stays under the limit of GitHub with a thousand of everything at its longest', () => {
    const markdown = summaryOf(everything);
    expect(Buffer.byteLength(markdown)).toBeLessThan(LIMIT);
    expect(markdown).toMatch(/And \d+ more \(\d+ \*\*failed\*\*\), all of them in the `targets` output/);
  });

  test('stays under it with a thousand tokens', () => {
    const tokens = Array.from({ length: 1_000 }, (): TokenFinding => ({
      token: { ...TOKEN, name: long },
      problems: [long, long],
    }));
    const markdown = summaryOf({ ...everything, token: undefined, tokens });
    expect(Buffer.byteLength(markdown)).toBeLessThan(LIMIT);
    expect(diagramsIn(markdown)[0]?.length).toBeLessThan(50_000);
  });

  test('is not spent on a thousand targets that fit', () => {
    const targets = Array.from({ length: 1_000 }, (_, index) => delivered(repository(`r${index}`)));
    expect(summaryOf({ targets }).match(/^\| `acme/gm)).toHaveLength(1_000);
  });
});

describe('a check of an account', () => {
  const finding = (name: string, days: number, problems: readonly string[] = []): TokenFinding => ({
    token: { ...TOKEN, name, expiresAt: NOW + days * DAY },
    problems,
  });
  const markdown = summaryOf({
    token: undefined,
    tokens: [finding('late', 300), finding('section: x', 20), finding('dead', -3, ['expired 3 days ago'])],
  });

  test('begins with what to act on, then goes by expiry', () => {
    const names = [...markdown.matchAll(/^\| `([^`]+)`<br>/gm)].map(([, name]) => name);
    expect(names).toEqual(['dead', 'section: x', 'late']);
  });

  test('draws the expiries', () => {
    expect(
      diagramsIn(markdown)
        .flatMap(readGantt)
        .map(({ section, label }) => `${section}, ${label}`),
    ).toEqual([
      'To act on, “dead” expired 2026-11-19, 3 days ago',
      'Fine, “section· x” expires 2026-12-12, in 20 days',
      'Fine, “late” expires 2027-09-18, in 300 days',
    ]);
  });
});

test('the client secret is not in it, and neither is the query of the verify URL', () => {
  const clientSecret = new ClientSecret('5ec2e7'.repeat(10));
  const verifyUrl = 'https://user:word@app.example/health?key=hidden';
  const markdown = summaryOf({ clientSecret }, { verifyUrl });
  expect(markdown).toContain('`https://app.example/health`');
  expect(markdown).not.toMatch(/5ec2e7|hidden|word@/);
});

test('a run that ended before anything was decided has no reason to tell', () => {
  const markdown = summaryOf({ status: 'failed', reason: '', message: 'The run failed.' });
  expect(markdown.split('\n\n')[1]).toBe('The run failed.');
});

test('times are told in UTC and in words', () => {
  const rotation = { kind: 'completed', at: NOW, previousSecretExpiresAt: NOW + 1.5 * DAY } as const;
  expect(summaryOf({ rotation }).replaceAll('\u00a0', ' ')).toContain(
    '| Previous secret works until | 2026-11-23 18:00 UTC (in 36 hours) |',
  );
});
