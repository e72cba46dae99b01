import { describe, expect, it } from 'vitest';
import { exists, textOf } from './repository-files.ts';

interface Claim {
  readonly file: string;
  /** Titles of tests in it, or of scenarios. */
  readonly titles: readonly string[];
}

/** `test/x.test.ts`: "a title", "another" and "a third" */
function claimsIn(text: string): readonly Claim[] {
  const flowing = text.replaceAll(/\s+/g, ' ');
  const after = flowing.matchAll(
    /`((?:test|scripts|\.github)\/[^`]+)`(:(?:,| and)? ?(?:"[^"]+"(?:, | and )?)+)?/g,
  );
  const before = flowing.matchAll(/scenario "([^"]+)" in `([^`]+)`/g);
  return [
    ...[...after].map(([, file = '', titles = '']) => ({
      file,
      titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
    })),
    ...[...before].map(([, title = '', file = '']) => ({ file, titles: [title] })),
  ];
}

/** A test that runs, or a scenario that one goes through, by a part of its title; no comment, and none that is skipped. */
function testNamed(title: string): RegExp {
  const called = String.raw`^ *(?:(?:it|story|storyInProcess|describe)\b(?!\.(?:skip|todo)).*\(|\]?\)\(|name: |\[.*)?\s*`;
  const literally = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`${called}(['"\`]).*${literally}.*\\1`, 'm');
}

const PAGES = ['docs/failure-modes.md', 'docs/threat-model.md'];
const CLAIMS = PAGES.flatMap((page) => claimsIn(textOf(page)).map((claim) => ({ page, ...claim })));

describe.each(CLAIMS)('$page names $file', ({ file, titles }) => {
  it('which exists, with the tests of these titles', () => {
    expect(exists(file)).toBe(true);
    const text = textOf(file).replaceAll(/\\(['"])/g, '$1');
    for (const title of titles) expect(text).toMatch(testNamed(title));
  });
});

describe('docs/failure-modes.md', () => {
  const rows = textOf('docs/failure-modes.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .map((line) => line.split(' | '))
    .filter(([first = '']) => !/^\| (Failure|What happens)\b/.test(first));

  it('has a proof for each failure', () => {
    expect(rows.length).toBeGreaterThan(30);
    const unproven = rows
      .filter((row) => !/`test\/|^the same/.test(row[3] ?? ''))
      .map(([failure]) => failure);
    expect(unproven).toEqual([]);
  });
});

describe('docs/threat-model.md', () => {
  const promises =
    textOf('docs/threat-model.md')
      .split(/^## /m)
      .find((part) => part.startsWith('What is promised'))
      ?.split(/^\d+\. /m)
      .slice(1) ?? [];

  it('has a proof for each promise', () => {
    expect(promises.length).toBeGreaterThan(10);
    for (const promise of promises) expect(promise).toMatch(/`(test|scripts)\//);
  });
});
