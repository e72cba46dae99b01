import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OUTPUTS } from '../../src/report/outputs.ts';
import { INPUT_DEFAULTS } from '../../src/settings/inputs.ts';
import { complaintsOfGitHub } from './github-validator.ts';

interface Action {
  readonly description: string;
  readonly inputs: Readonly<Record<string, { description: string; default?: string }>>;
  readonly outputs: Readonly<Record<string, { description: string }>>;
  readonly runs: unknown;
}

const text = readFileSync(new URL('../../action.yml', import.meta.url), 'utf8');
const action = parse(text) as Action;

describe('action.yml', () => {
  it("passes GitHub's own validator", async () => {
    expect(await complaintsOfGitHub(text)).toEqual([]);
  });

  it.each([
    ['a runtime that does not exist', text.replace('node24', 'node99')],
    ['no main', text.replace('  main: dist/index.js\n', '')],
    ['an unknown key', `${text}publisher: nobody\n`],
  ])('would not pass it with %s', async (_mistake, content) => {
    expect(content).not.toBe(text);
    expect(await complaintsOfGitHub(content)).not.toEqual([]);
  });

  it('has the inputs that the settings read, in the same order, with the same defaults', () => {
    const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default]);
    expect(defaults).toEqual(Object.entries(INPUT_DEFAULTS));
  });

  it('has the outputs that a run sets', () => {
    expect(Object.keys(action.outputs)).toEqual(OUTPUTS);
  });

  it('has a description that the Marketplace accepts, of less than 125 characters', () => {
    expect(action.description.length).toBeLessThan(125);
  });

  it('describes everything', () => {
    for (const entry of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
      expect(entry.description).toMatch(/\S.*\.$/s);
    }
  });

  it('runs the bundle twice: for the step, and after the job whatever became of it', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/index.js' });
  });
});
