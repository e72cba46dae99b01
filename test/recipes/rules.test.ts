import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OWN_ACTION } from '../../sandbox/workflow/run-job.ts';
import { parseWorkflow } from '../../sandbox/workflow/workflow.ts';
import { codeBlocksOf } from '../docs/repository-files.ts';
import { RECIPES } from './scene.ts';

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
}
interface Recipe {
  readonly permissions: unknown;
  readonly concurrency?: { readonly group?: string; readonly 'cancel-in-progress'?: boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

const action = parse(readFileSync(join(import.meta.dirname, '../../action.yml'), 'utf8')) as {
  readonly inputs: Readonly<Record<string, unknown>>;
};

/** The names of all suites here, where each recipe has one that runs it. */
const STORIES = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n');

/** Placeholders until the action is published; then the commit or the immutable tag of a release. */
const OWN_PIN = /^@(?:[A-Z-]+ # v[A-Z.]+|[0-9a-f]{40} # v[\d.]+|v\d+\.\d+\.\d+)$/;

describe('docs/recipes.md', () => {
  it('holds workflows alone, each under its own name', () => {
    const blocks = codeBlocksOf('docs/recipes.md');
    expect(blocks.map(({ language }) => language)).toEqual(blocks.map(() => 'yaml'));
    expect(RECIPES.size).toBe(blocks.length);
    expect(RECIPES.size).toBeGreaterThan(10);
  });
});

describe.each([...RECIPES])('%s', (name, text) => {
  const recipe = parse(text) as Recipe;
  const steps = parseWorkflow(text).jobs.flatMap((job) => job.steps);

  it('is run as it stands', () => {
    expect(STORIES).toContain(`'${name}'`);
  });

  it('grants no more than an issue needs, and to no more than the job that needs it', () => {
    expect(recipe.permissions).toEqual({});
    const granted = Object.values(recipe.jobs).flatMap(({ permissions }) =>
      permissions === undefined ? [] : [permissions],
    );
    expect(granted).toEqual(text.includes('gh issue') ? [{ issues: 'write' }] : []);
  });

  it('comes to its end, in a time that leaves room to wait out limits', () => {
    expect(recipe.concurrency?.group).toMatch(/\S/);
    expect(recipe.concurrency?.['cancel-in-progress']).toBe(false);
    for (const [id, job] of Object.entries(recipe.jobs)) {
      const uses = parseWorkflow(text)
        .jobs.find((one) => one.id === id)
        ?.steps.some((step) => step.uses);
      expect(job['timeout-minutes']).toBeGreaterThanOrEqual(uses === true ? 30 : 1);
    }
  });

  it('names actions by commit and version, and only inputs that exist', () => {
    const named = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, uses = '']) => uses);
    for (const uses of named) {
      if (uses.startsWith(`${OWN_ACTION}@`)) expect(uses.slice(OWN_ACTION.length)).toMatch(OWN_PIN);
      else expect(uses).toMatch(/^[\w/-]+@[0-9a-f]{40} # v[\d.]+$/);
    }
    const own = steps.filter(({ uses }) => uses?.startsWith(`${OWN_ACTION}@`) === true);
    expect(own).not.toEqual([]);
    for (const step of own)
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with)));
  });

  it('takes credentials from secrets, and brings nothing from outside into a script', () => {
    for (const step of steps) {
      expect(step.run ?? '').not.toContain('${{');
      for (const [input, value] of Object.entries(step.with)) {
        if (/token$|private-key$/.test(input)) expect(value).toMatch(/^\$\{\{ secrets\.\w+ \}\}$/);
      }
    }
    expect(text).not.toContain('pull_request_target');
  });
});
