import { describe, expect, test } from 'vitest';
import { Problem } from '../../src/model/problem.ts';
import type { TokenFinding } from '../../src/plan/account-check.ts';
import type { TokenOutcome } from '../../src/report/outcome.ts';
import { summarize } from '../../src/report/summary/summary.ts';
import { ROTATED, TOKEN, delivered, environment, failing, repository, runOf, tokenOf } from './fixtures.ts';

const LIMIT = 1_048_576;
const helpUrl = (code: string): string => `https://github.example/docs/troubleshooting.md#${code}`;

function summaryOf(token: Partial<TokenOutcome>): string {
  return summarize(runOf(token), { helpUrl });
}

describe('the size', () => {
  const long = '|é'.repeat(2_000);
  const many = Array.from({ length: 1_000 }, (_, index) => ({
    ...failing(
      environment(`r${index}`, long),
      new Problem('github-refused', `${index}${long}`, `${long}${index}`),
    ),
  }));
  const everything: Partial<TokenOutcome> = {
    status: 'failed',
    message: long,
    label: long,
    token: { ...TOKEN, name: long },
    targets: many,
    problems: Array.from({ length: 1_000 }, (_, index) => new Problem('unexpected', `${long}${index}`, long)),
    warnings: Array.from({ length: 1_000 }, (_, index) => `${long}${index}`),
    notices: Array.from({ length: 1_000 }, (_, index) => `${long}${index}`),
  };

  test('stays under GitHub’s limit with a thousand of everything at its longest', () => {
    const markdown = summaryOf(everything);
    expect(Buffer.byteLength(markdown)).toBeLessThan(LIMIT);
    expect(markdown).toMatch(/And \d+ more \(\d+ failed\): see the `targets` output/);
  });

  test('stays under it with fifty tokens and a thousand targets each', () => {
    const targets = Array.from({ length: 1_000 }, (_, index) => delivered(repository(`r${index}`)));
    const tokens = Array.from({ length: 50 }, (_, index) =>
      tokenOf({ ...ROTATED, label: `t${index}`, targets }),
    );
    const markdown = summarize({ ...runOf({}, { fleet: true }), tokens }, { helpUrl });
    expect(Buffer.byteLength(markdown)).toBeLessThan(LIMIT);
    expect(markdown.match(/^\| `t\d+`/gm)).toHaveLength(50);
    expect(markdown).toMatch(/Details of \d+ more tokens are in the `tokens` output/);
  });

  test('stays under it with fifty tokens that have very much of everything', () => {
    const much = {
      ...everything,
      targets: many.slice(0, 50),
      problems: (everything.problems ?? []).slice(0, 50),
    };
    const tokens = Array.from({ length: 50 }, () => tokenOf(much));
    const markdown = summarize({ ...runOf({}, { fleet: true }), tokens }, { helpUrl });
    expect(Buffer.byteLength(markdown)).toBeLessThan(LIMIT);
  });

  test('stays under it with a thousand tokens of an account', () => {
    const findings = Array.from({ length: 1_000 }, (): TokenFinding => ({
      token: { ...TOKEN, name: long },
      problems: [{ code: 'expired', message: long }],
    }));
    const run = { ...runOf(), tokens: [], account: { scope: 'all', findings } } as const;
    expect(Buffer.byteLength(summarize(run, { helpUrl }))).toBeLessThan(LIMIT);
  });

  test('is not spent on a thousand targets that fit', () => {
    const targets = Array.from({ length: 1_000 }, (_, index) => delivered(repository(`r${index}`)));
    expect(summaryOf({ ...ROTATED, targets }).match(/^- `acme/gm)).toHaveLength(1_000);
  });
});
