import { generateKeyPairSync } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { queueJob } from '../../sandbox/consumer.ts';
import type { InstallationOptions } from '../../sandbox/github/apps.ts';
import { findLeaks } from '../../sandbox/leaks.ts';
import { Sandbox, type SandboxOptions } from '../../sandbox/sandbox.ts';
import { startMachine, type Machine, type MachineOptions } from '../../sandbox/workflow/machine.ts';
import { OWN_ACTION, type StepRun } from '../../sandbox/workflow/run-job.ts';
import {
  runWorkflow,
  type Occasion,
  type Surroundings,
  type WorkflowRun,
} from '../../sandbox/workflow/run-workflow.ts';
import { parseWorkflow } from '../../sandbox/workflow/workflow.ts';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS } from '../../sandbox/world.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import type { Target } from '../../src/model/target.ts';
import { codeBlocksOf, filesIn } from '../docs/repository-files.ts';

/** The blocks of the recipes' pages. */
export const BLOCKS = ['docs/recipes.md', ...filesIn('docs/recipes', '.md')].flatMap(codeBlocksOf);

const MANIFESTS = BLOCKS.filter(({ code }) => /^tokens:/m.test(code));

/** The workflows of the recipes as they stand, by their names. */
export const RECIPES: ReadonlyMap<string, string> = new Map(
  BLOCKS.filter((block) => !MANIFESTS.includes(block)).map(({ code }) => [parseWorkflow(code).name, code]),
);

/** The manifest of the recipes for a fleet; what a checkout brings. */
export const FILES = { '.github/service-tokens.yml': MANIFESTS.map(({ code }) => code).join('---\n') };

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

export interface SceneOptions extends SandboxOptions {
  /** Where the GitHub App is installed; on acme's two repositories with all that the recipes ask for, if not given. */
  readonly installations?: readonly InstallationOptions[];
  readonly machine?: MachineOptions;
  readonly surroundings?: Partial<Surroundings>;
  readonly prepare?: (sandbox: Sandbox) => void;
}

export interface Scene {
  readonly sandbox: Sandbox;
  readonly machine: Machine;
  /** Runs the recipe of this name; started by hand where nothing else is said. */
  readonly run: (recipe: string, occasion?: Occasion) => Promise<WorkflowRun>;
  /** What an application sees of a job that starts now and logs in with what GitHub gives it. */
  readonly logsIn: (target: Target) => Promise<boolean>;
}

/** The repository acme/web with what every recipe presupposes, on a machine that reaches the sandbox alone. */
export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const sandbox = new Sandbox(options);
  options.prepare?.(sandbox);
  const machine = await startMachine(sandbox, options.machine);
  onTestFinished(machine.close);
  const { clientId } = sandbox.github.addApp({
    publicKeyPem: publicKey,
    installations: options.installations ?? [
      installation('acme', { secrets: 'write', environments: 'write' }),
    ],
  });
  for (const [name, value] of Object.entries({
    CLOUDFLARE_API_TOKEN: CLOUDFLARE_CREDENTIALS.write,
    CLOUDFLARE_READ_TOKEN: CLOUDFLARE_CREDENTIALS.read,
    ROTATION_APP_PRIVATE_KEY: privateKey,
  })) {
    sandbox.github.setSecret(WEB.place, name, value);
  }
  const surroundings: Surroundings = {
    machine,
    owner: 'acme',
    repository: 'web',
    files: FILES,
    ...options.surroundings,
    vars: {
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
      ROTATION_APP_CLIENT_ID: clientId,
      ...options.surroundings?.vars,
    },
  };
  return {
    sandbox,
    machine,
    run: async (recipe, occasion = { event: 'workflow_dispatch' }) => {
      const text = RECIPES.get(recipe);
      if (text === undefined) throw new Error(`the documentation has no recipe ${recipe}`);
      const run = await runWorkflow(parseWorkflow(text), occasion, surroundings);
      expectNothingLeaked(sandbox, run);
      return run;
    },
    logsIn: async (target) => (await queueJob(sandbox, target).logIn()).accepted,
  };
}

export function installation(
  owner: string,
  permissions: InstallationOptions['permissions'],
): InstallationOptions {
  return { owner, repositories: 'all', permissions: { metadata: 'read', ...permissions } };
}

/** Under the names that the action gives the two secrets by default. */
export function targetAt(place: Target['place']): Target {
  return {
    place,
    clientIdName: 'CF_ACCESS_CLIENT_ID',
    clientIdKind: 'secret',
    clientSecretName: 'CF_ACCESS_CLIENT_SECRET',
  };
}

export function environmentOfWeb(environment: string): Target {
  return targetAt({ kind: 'environment', owner: 'acme', repository: 'web', environment, app: 'actions' });
}

export function withEnvironments(...names: readonly string[]): (sandbox: Sandbox) => void {
  return ({ github }) => {
    for (const name of names) github.addEnvironment('acme', 'web', name);
  };
}

/** From now on GitHub takes no secret at paths like this. */
export function refuseWritesTo({ faults }: Sandbox, path: RegExp): void {
  const body = JSON.stringify({ message: 'Resource not accessible by integration' });
  faults.add({
    name: `refuses ${path.source}`,
    service: 'github',
    path,
    method: 'PUT',
    times: Infinity,
    effect: { kind: 'reply', when: 'before', status: 403, body },
  });
}

/** The steps of all jobs that used the action of this project. */
export function actionSteps({ jobs }: WorkflowRun): readonly StepRun[] {
  return jobs
    .flatMap(({ steps }) => steps)
    .filter(({ step }) => step.uses?.startsWith(`${OWN_ACTION}@`) === true);
}

/** The statuses of those steps, in order; empty where one was skipped. */
export function statuses(run: WorkflowRun): readonly string[] {
  return actionSteps(run).map(({ outputs }) => outputs['status'] ?? '');
}

function expectNothingLeaked(sandbox: Sandbox, { jobs }: WorkflowRun): void {
  const seen = jobs.flatMap(({ steps, posts }) => [...steps, ...posts]);
  const haystacks = seen.map(({ log, summary }, index) => ({
    name: `step ${index}`,
    text: `${log}\n${summary}`,
  }));
  const secrets = [...sandbox.clientSecrets, CLOUDFLARE_CREDENTIALS.write, privateKey.slice(100, 200)];
  expect(findLeaks({ secrets, haystacks })).toEqual([]);
}
