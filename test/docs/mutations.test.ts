import { describe, expect, it } from 'vitest';
import { PARTS } from '../mutation/mutations.ts';
import { textOf } from './repository-files.ts';

const MUTATIONS = PARTS.flatMap(({ mutations }) => mutations);

describe('the list of deliberate defects', () => {
  it('has one place in the sources for each', () => {
    const stale = MUTATIONS.filter(([, file, text]) => textOf(file).split(text).length !== 2);
    expect(stale.map(([defect]) => defect)).toEqual([]);
  });

  it('changes something with each', () => {
    expect(MUTATIONS.filter(([, , text, replacement]) => text === replacement)).toEqual([]);
  });

  it('names each once', () => {
    const defects = MUTATIONS.map(([defect]) => defect);
    expect(new Set(defects).size).toBe(defects.length);
  });

  it.each(PARTS)('is as long for $name as docs/testing.md says', ({ name, isNew, mutations }) => {
    const row = textOf('docs/testing.md')
      .split('\n')
      .find((line) => line.split('|')[1]?.trim() === name);
    expect(row).toContain(` of ${mutations.length} `);
    expect(row?.includes('| – ')).toBe(isNew);
  });
});
