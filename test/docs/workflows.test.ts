import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { complaintsOfGitHub } from '../contracts/github-validator.ts';
import { PAGES, codeBlocksOf, filesIn, textOf } from './repository-files.ts';
import { complaintsAboutWorkflow } from './workflow-linters.ts';

interface Job {
  readonly permissions?: unknown;
  readonly needs?: string | readonly string[];
  readonly steps?: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}
interface Workflow {
  readonly on: unknown;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const WORKFLOWS = filesIn('.github/workflows', '.yml');
const OWN_ACTIONS = filesIn('.github/sandbox', 'action.yml');
const SNIPPETS = PAGES.flatMap(codeBlocksOf).filter(
  ({ language, code }) => /^ya?ml$/.test(language) && /^on:/m.test(code),
);

describe.each(WORKFLOWS)('%s', (path) => {
  const text = textOf(path);
  const workflow = parse(text) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps ?? []);

  it("passes GitHub's own validator and actionlint", async () => {
    expect(await complaintsAboutWorkflow(text)).toEqual([]);
  });

  it('grants nothing to all of it, and to each job what that job says', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) expect(job.permissions).toBeTypeOf('object');
  });

  it('names every action of others by its full commit, with the version beside it', () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, name = '']) => name);
    for (const name of uses.filter((other) => !other.startsWith('./'))) {
      expect(name).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
  });

  it('leaves no credentials behind in the checkout, and does not run as its target for others', () => {
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
      expect(step.with).toHaveProperty('persist-credentials', false);
    }
    expect(text).not.toContain('pull_request_target');
  });
});

describe('the workflows', () => {
  it('agree on the commit of each action', () => {
    const pins = new Map<string, Set<string>>();
    for (const [, name = '', commit = ''] of WORKFLOWS.map(textOf)
      .join('\n')
      .matchAll(/uses: ([\w-]+\/[\w-]+)[\w/-]*@(\S+)/g)) {
      pins.set(name, (pins.get(name) ?? new Set()).add(commit));
    }
    expect([...pins].filter(([, commits]) => commits.size > 1)).toEqual([]);
    expect(pins.size).toBeGreaterThan(3);
  });

  it('have one job that says whether all of CI passed', () => {
    const { jobs } = parse(textOf('.github/workflows/ci.yml')) as Workflow;
    const { passed, ...others } = jobs;
    expect(passed?.needs).toEqual(Object.keys(others));
  });

  it.each(OWN_ACTIONS)("use an action that passes GitHub's own validator: %s", async (path) => {
    expect(await complaintsOfGitHub(textOf(path))).toEqual([]);
  });

  it('would not pass with a mistake', async () => {
    const text = textOf('.github/workflows/ci.yml');
    const broken = ['runs-on: ubuntu-latest', 'contents: read', '${{ toJSON(needs) }}'].map((part) =>
      text.replace(part, part.replace('-on', '_on').replace('contents', 'secrets').replace('needs', 'need')),
    );
    for (const mistaken of broken) expect(await complaintsAboutWorkflow(mistaken)).not.toEqual([]);
  });
});

describe('the workflows in the documentation', () => {
  it('are there', () => {
    expect(SNIPPETS.map(({ page }) => page)).toContain('README.md');
  });

  it.each(SNIPPETS.map((snippet) => [`${snippet.page}:${snippet.line}`, snippet] as const))(
    "pass GitHub's own validator and actionlint: %s",
    async (_where, { code }) => {
      expect(await complaintsAboutWorkflow(code)).toEqual([]);
    },
  );

  it.each(SNIPPETS.map((snippet) => [`${snippet.page}:${snippet.line}`, snippet] as const))(
    'grant nothing that they do not need: %s',
    (_where, { code }) => {
      expect((parse(code) as Workflow).permissions).toBeDefined();
    },
  );
});
