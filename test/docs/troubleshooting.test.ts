import { describe, expect, it } from 'vitest';
import { problemOrigins } from './problem-codes.ts';
import { textOf } from './repository-files.ts';

/** The sections whose heading is a code, with what they quote of the messages. */
const SECTIONS: ReadonlyMap<string, string> = new Map(
  textOf('docs/troubleshooting.md')
    .split(/^### /m)
    .slice(1)
    .map((section): [string, string] => {
      const code = /^`([a-z-]+)`/.exec(section)?.[1] ?? section;
      const [own = ''] = section.split(/^## /m);
      return [code, plain([...own.matchAll(/^>(.*)$/gm)].map(([, line = '']) => line).join(' '))];
    }),
);
const ORIGINS = problemOrigins();
const CODES = [...new Set(ORIGINS.flatMap(({ codes }) => codes))].sort();

function plain(text: string): string {
  return text.replaceAll('\\', '').replace(/\s+/g, ' ').trim().toLowerCase();
}

describe('docs/troubleshooting.md', () => {
  it('has a section for each code that the action can give, and for no other', () => {
    expect([...SECTIONS.keys()].sort()).toEqual(CODES);
    expect(CODES.length).toBeGreaterThan(50);
  });

  it('says of each why it comes and what to do', () => {
    const text = textOf('docs/troubleshooting.md');
    expect(text.split('\n**Why.** ')).toHaveLength(CODES.length + 1);
    expect(text.split('\n**What to do.** ')).toHaveLength(CODES.length + 1);
  });

  it.each(ORIGINS.filter(({ pieces }) => pieces.length > 0))(
    'quotes the message of $where ($codes)',
    ({ codes, pieces }) => {
      const quoted = codes.map((code) => SECTIONS.get(code) ?? '').join(' ');
      for (const piece of pieces) expect(quoted).toContain(plain(piece));
    },
  );
});
