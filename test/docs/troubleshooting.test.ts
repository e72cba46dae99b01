import { describe, expect, it } from 'vitest';
import { PROBLEM_CODES } from '../../src/model/problem-codes.ts';
import { filesIn, textOf } from './repository-files.ts';

const PAGE = textOf('docs/troubleshooting.md');
const SECTIONS = new Map(
  PAGE.split(/^### /m)
    .slice(1)
    .map((section): [string, string] => [
      /^`([a-z-]+)`/.exec(section)?.[1] ?? section,
      section.split(/^## /m)[0] ?? '',
    ]),
);
const SOURCES = filesIn('src', '.ts')
  .filter((path) => path !== 'src/model/problem-codes.ts')
  .map(textOf)
  .join('\n');

/** Without code: `a ${b} c` becomes `a c`, as the page has `a … c`. */
const MESSAGES = wordsOf(SOURCES.replaceAll(/\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}/g, ' ')).join(' ');

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\w-]+/g) ?? [];
}

/** What a quoted message says itself, without the words of a service in parentheses: each three words in a row. */
function phrasesOf(quote: string): readonly string[] {
  return quote
    .replaceAll(/\(.*?\)/g, ' … ')
    .split(/…|"/)
    .map(wordsOf)
    .flatMap((words) => words.slice(2).map((_last, index) => words.slice(index, index + 3).join(' ')));
}

describe('docs/troubleshooting.md', () => {
  it('has a section for each error code, and for no other', () => {
    expect([...SECTIONS.keys()].sort()).toEqual([...PROBLEM_CODES].sort());
  });

  it.each([...SECTIONS])('%s says why the error comes and what to do', (_code, section) => {
    expect(section).toMatch(/^> \S/m);
    expect(section).toMatch(/^\*\*Why\.\*\* \S/m);
    expect(section).toMatch(/^\*\*What to do\.\*\* \S/m);
  });

  it.each([...SECTIONS])('%s quotes messages that the code can print', (_code, section) => {
    for (const [, quote = ''] of section.matchAll(/^> (\S.*)$/gm)) {
      const phrases = phrasesOf(quote);
      const unknown = phrases.filter((phrase) => !MESSAGES.includes(phrase));
      // A message that has a singular and a plural is in two pieces in the code.
      expect({
        quote,
        known: unknown.length <= phrases.length / 3 && phrases.length > 0,
        unknown,
      }).toMatchObject({ known: true });
    }
  });

  it.each(PROBLEM_CODES)('%s is an error that the code can give', (code) => {
    expect(SOURCES).toContain(`'${code}'`);
  });
});
