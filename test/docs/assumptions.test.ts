import { describe, expect, it } from 'vitest';
import { assumptionsPage } from '../../scripts/assumptions.ts';
import { pageOf, recordedIn } from '../../scripts/conformance/report.ts';
import { ASSUMPTIONS } from '../../src/model/assumptions.ts';
import type { Assumption } from '../../src/model/assumptions/assumption.ts';
import { exists, filesIn, textOf } from './repository-files.ts';

const LISTED: readonly Assumption[] = ASSUMPTIONS;
const IDS = LISTED.map(({ id }) => id);
const CODE = filesIn('src', '.ts').filter((path) => !path.startsWith('src/model/assumptions'));

/** The assumptions that comments of a file name: `// assumption: one, another`. */
function namedIn(path: string): readonly string[] {
  return [...textOf(path).matchAll(/\/\/ assumption: (.+)$/gm)].flatMap(([, ids = '']) => ids.split(', '));
}

describe('the list of assumptions', () => {
  it('names each once', () => {
    expect(new Set(IDS).size).toBe(IDS.length);
  });

  it.each(LISTED)(
    'has $id named by the code that works under each answer, and held by a test',
    (assumption) => {
      const { id, fallback, test, answers } = assumption;
      expect(exists(fallback)).toBe(true);
      expect(namedIn(fallback)).toContain(id);
      expect(exists(test)).toBe(true);
      expect(new Set(answers).size).toBe(answers.length);
    },
  );

  it('has each assumption that code names', () => {
    const named = CODE.flatMap(namedIn);
    expect(named.filter((id) => !IDS.includes(id))).toEqual([]);
    expect(named.length).toBeGreaterThan(IDS.length / 2);
  });

  it('is imported by nothing that runs', () => {
    const importers = CODE.filter((path) => /from '.*assumption/.test(textOf(path)));
    expect(importers).toEqual([]);
  });
});

describe('docs/assumptions.md', () => {
  it('is what the list says', () => {
    expect(textOf('docs/assumptions.md')).toBe(assumptionsPage());
  });
});

describe('docs/conformance.md', () => {
  const page = textOf('docs/conformance.md');

  it('says that nobody has run it, or has a result for each answer that it records', () => {
    const recorded = recordedIn(page);
    if (Object.keys(recorded).length === 0) {
      expect(page).toBe(pageOf());
      return;
    }
    const [introduction = ''] = pageOf().split('Nobody has');
    expect(page.startsWith(introduction)).toBe(true);
    for (const [id, answer] of Object.entries(recorded)) {
      expect(IDS).toContain(id);
      expect(page).toContain(`| \`${id}\` | ${answer}`);
    }
  });

  it('gives back what a run records in it', () => {
    const written = pageOf({
      on: '2026-11-24',
      observations: [
        { kind: 'seen', id: 'create-status', answer: '200', detail: '200' },
        { kind: 'untried', id: 'token-limit', because: 'out of reach' },
      ],
    });
    expect(recordedIn(written)).toEqual({ 'create-status': '200' });
    expect(written).toContain('| `create-status` | 200 | Any status of 200 to 299 counts as success.');
    expect(written).toContain('Run against a real account on 2026-11-24.');
    expect(recordedIn(pageOf())).toEqual({});
  });
});
