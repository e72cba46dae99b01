import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OWN_ACTION } from '../../sandbox/workflow/run-job.ts';
import { parseWorkflow, type WorkflowStep } from '../../sandbox/workflow/workflow.ts';
import { BLOCKS, FILES, RECIPES } from './scene.ts';

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

const PIN = /^[\w/-]+@[0-9a-f]{40} # v[\d.]+$/;
/** Placeholders until the action is published; then the commit or the immutable tag of a release. */
const OWN_PIN = /^@(?:[A-Z-]+ # v[A-Z.]+|[0-9a-f]{40} # v[\d.]+|v\d+\.\d+\.\d+)$/;

describe('the recipes', () => {
  it('are workflows, each under its own name, and one manifest', () => {
    expect(BLOCKS.map(({ language }) => language)).toEqual(BLOCKS.map(() => 'yaml'));
    expect(RECIPES.size).toBe(BLOCKS.length - 1);
    expect(Object.values(FILES).join('')).not.toContain('---');
    expect(Object.values(FILES).join('')).toContain('tokens:');
  });
});

/** What GitHub demands for what the steps of a job do. */
function needed(steps: readonly WorkflowStep[]): Readonly<Record<string, string>> {
  const does = (pattern: RegExp) =>
    steps.some(({ uses, run }) => pattern.test(uses ?? '') || pattern.test(run ?? ''));
  return {
    ...(does(/^actions\/checkout@/) ? { contents: 'read' } : {}),
    ...(does(/gh issue/) ? { issues: 'write' } : {}),
    ...(does(/gh workflow run/) ? { actions: 'write' } : {}),
    ...(does(/^google-github-actions\/auth@/) ? { 'id-token': 'write' } : {}),
  };
}

describe.each([...RECIPES])('%s', (name, text) => {
  const recipe = parse(text) as Recipe;
  const steps = parseWorkflow(text).jobs.flatMap((job) => job.steps);

  it('is run as it stands', () => {
    expect(STORIES).toContain(`'${name}'`);
  });

  it('grants each job what its steps need, and no more', () => {
    expect(recipe.permissions).toEqual({});
    for (const { id, steps: own } of parseWorkflow(text).jobs) {
      expect(recipe.jobs[id]?.permissions ?? {}).toEqual(needed(own));
    }
  });

  it('comes to its end, in a time that leaves room to wait out limits', () => {
    expect(recipe.concurrency?.group).toMatch(/\S/);
    expect(recipe.concurrency?.['cancel-in-progress']).toBe(false);
    for (const [id, job] of Object.entries(recipe.jobs)) {
      const uses = parseWorkflow(text)
        .jobs.find((one) => one.id === id)
        ?.steps.some((step) => step.uses !== undefined);
      expect(job['timeout-minutes']).toBeGreaterThanOrEqual(uses === true ? 30 : 1);
    }
  });

  it('names actions by commit and version, and only inputs that exist', () => {
    const named = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, uses = '']) => uses);
    for (const uses of named) {
      const isOwn = uses.startsWith(`${OWN_ACTION}@`);
      expect(isOwn ? uses.slice(OWN_ACTION.length) : uses).toMatch(isOwn ? OWN_PIN : PIN);
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
        if (/token$|private-key$|^client-secret$/.test(input)) {
          expect(value).toMatch(/^\$\{\{ secrets\.\w+ \}\}$/);
        }
      }
    }
    expect(text).not.toContain('pull_request_target');
  });
});
