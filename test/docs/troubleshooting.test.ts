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

describe('docs/troubleshooting.md', () => {
  it('has a section for each error code, and for no other', () => {
    expect([...SECTIONS.keys()].sort()).toEqual([...PROBLEM_CODES].sort());
  });

  it.each([...SECTIONS])('%s says why the error comes and what to do', (_code, section) => {
    expect(section).toMatch(/^> \S/m);
    expect(section).toMatch(/^\*\*Why\.\*\* \S/m);
    expect(section).toMatch(/^\*\*What to do\.\*\* \S/m);
  });

  it.each(PROBLEM_CODES)('%s is an error that the code can give', (code) => {
    expect(SOURCES).toContain(`'${code}'`);
  });
});
