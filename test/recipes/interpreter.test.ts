import { describe, expect, it } from 'vitest';
import { fill, holds } from '../../sandbox/workflow/expressions.ts';
import { runWorkflow } from '../../sandbox/workflow/run-workflow.ts';
import { parseWorkflow } from '../../sandbox/workflow/workflow.ts';
import { scene } from './scene.ts';

const CONTEXTS = {
  secrets: { A: 'a' },
  steps: { one: { outputs: { status: 'due' } } },
  github: { number: 7 },
};

describe('expressions', () => {
  it('are filled in', () => {
    expect(fill('x-${{ secrets.A }}-${{github.number}}', CONTEXTS)).toBe('x-a-7');
    expect(fill("${{ steps.one.outputs.status == 'DUE' && 'yes' || 'no' }}", CONTEXTS)).toBe('yes');
  });

  it.each([
    'secrets.B',
    'vars.A',
    'steps.two.outputs.status',
    'steps.one.outputs.other',
    'hashFiles("x")',
    'always()',
  ])('that the sandbox does not know are no empty text: %s', (expression) => {
    expect(() => fill(`\${{ ${expression} }}`, CONTEXTS)).toThrow(`cannot evaluate '${expression}'`);
  });

  it.each([
    [undefined, [true, false, false]],
    ['true', [true, false, false]],
    ['${{ !cancelled() }}', [true, true, false]],
    ['failure()', [false, true, false]],
    ['always()', [true, true, true]],
    ["${{ failure() && steps.one.outputs.status == 'due' }}", [false, true, false]],
    ["${{ failure() && steps.one.outputs.status == 'failed' }}", [false, false, false]],
  ])('as a condition say when a step runs: %s', (condition, expected) => {
    const statuses = ['success', 'failure', 'cancelled'] as const;
    expect(statuses.map((status) => holds(condition, CONTEXTS, status))).toEqual(expected);
  });
});

const HEAD = 'name: Sample\non:\n  push:\n  pull_request: { types: [closed] }\n';

async function play(jobs: string, event = 'push') {
  const { machine } = await scene({ installations: [] });
  const workflow = parseWorkflow(`${HEAD}jobs:\n${jobs}`);
  return runWorkflow(workflow, { event }, { machine, owner: 'acme', repository: 'web', vars: {} });
}

describe('a workflow', () => {
  it.each([
    ['a key of a job', '  a: { continue-on-error: true, steps: [] }', 'continue-on-error'],
    ['a key of a step', '  a: { steps: [{ run: x, shell: sh }] }', 'shell'],
    ['a strategy', '  a: { strategy: { max-parallel: 1 }, steps: [] }', 'max-parallel'],
    ['a job that is not there', '  a: { needs: b, steps: [] }', 'not there'],
  ])('is refused where it has %s that would be passed over', (_what, jobs, message) => {
    expect(() => parseWorkflow(`${HEAD}jobs:\n${jobs}`)).toThrow(message);
  });

  it('runs on what starts it, and on nothing else', async () => {
    await expect(play('  a: { steps: [{ run: "true" }] }', 'schedule')).rejects.toThrow('does not start');
    await expect(play('  a: { steps: [{ run: "true" }] }', 'pull_request')).rejects.toThrow('closed');
    await expect(play('  a: { steps: [{ uses: other/action@v1 }] }')).rejects.toThrow('other/action');
  });

  it('stops the rest of a matrix at the first failure unless told otherwise, and what needs it', async () => {
    const job = (strategy: string) => `
  a:
    strategy: { ${strategy} matrix: { code: [0, 1, 0] } }
    steps: [{ run: 'exit $CODE', env: { CODE: '\${{ matrix.code }}' } }, { run: echo on }]
  b: { needs: [a], steps: [{ run: echo on }] }`;
    const conclusions = async (strategy: string) =>
      (await play(job(strategy))).jobs.map(({ conclusion }) => conclusion);
    expect(await conclusions('')).toEqual(['success', 'failure', 'cancelled', 'skipped']);
    expect(await conclusions('fail-fast: false,')).toEqual(['success', 'failure', 'success', 'skipped']);
  });

  it('hands outputs on, and masks secrets in the log', async () => {
    const { jobs } = await play(`
  a:
    env: { FIRST: one }
    steps:
      - id: first
        run: echo "told=$FIRST" >> "$GITHUB_OUTPUT"
      - run: echo "$TOLD $SECRET"
        env: { TOLD: '\${{ steps.first.outputs.told }}', SECRET: '\${{ secrets.CLOUDFLARE_API_TOKEN }}' }`);
    expect(jobs[0]?.steps[1]?.log).toBe('one ***');
  });

  it('has no more than it was granted', async () => {
    const issue = (permissions: string) => `
  a:
    permissions: { ${permissions} }
    steps:
      - run: gh issue create --title T --body B
        env: { GH_TOKEN: '\${{ github.token }}', GH_REPO: '\${{ github.repository }}' }`;
    expect((await play(issue('issues: write'))).conclusion).toBe('success');
    const refused = await play(issue('contents: write'));
    expect(refused.conclusion).toBe('failure');
    expect(refused.jobs[0]?.steps[0]?.log).toContain('Resource not accessible by integration');
  });
});
