import { expect, it } from 'vitest';
import { queueJob, type ConsumerJob } from '../../sandbox/consumer.ts';
import type { NewToken } from '../../sandbox/cloudflare/service.ts';
import type { TokenRecord } from '../../sandbox/cloudflare/records.ts';
import type { Exchange } from '../../sandbox/exchange.ts';
import { runAction, runPost, type Step, type StepOptions } from '../../sandbox/runner/run-action.ts';
import { runInProcess } from '../../sandbox/in-process-run.ts';
import { Masker } from '../../sandbox/runner/masker.ts';
import { Sandbox, WEB, type SandboxOptions } from '../../sandbox/sandbox.ts';
import { serve, type Served } from '../../sandbox/serve.ts';
import { ACCOUNT, ORIGINS } from '../../sandbox/world.ts';
import type { Milliseconds } from '../../src/model/time.ts';
import type { Target } from '../../src/model/target.ts';
import { endedMark } from '../../src/observe/rotation-state.ts';
import { secretsContext, wrongs, type Part } from './aftermath.ts';

export type { Part } from './aftermath.ts';
/** A part that ran as a process of its own. */
export type ProcessPart = Part & Step;
export type Inputs = Readonly<Record<string, string>>;

/** What every story is told with. */
export interface World {
  readonly sandbox: Sandbox;
  /** Where the services are for the step. */
  readonly origins: Readonly<Record<keyof typeof ORIGINS, string>>;
  /** Time passes. */
  readonly later: (duration: Milliseconds) => void;
  /** A job of somebody's workflow is queued; of acme/web, if not told otherwise. */
  readonly queue: (target?: Target) => ConsumerJob;
  /** Whether a job that is queued now logs in with what it is given. */
  readonly logsIn: (target?: Target) => Promise<boolean>;
  /** A token `ci` of the action's own, rotated at birth alone, with its credentials in the targets; in acme/web if not given. */
  readonly existing: (targets?: readonly Target[], token?: Partial<NewToken>) => TokenRecord;
  /** The token `ci`, of which there is to be exactly one. */
  readonly token: () => TokenRecord;
}

/** The world, and the built action as a step of a job of acme/web. */
export interface Stage extends World {
  /** Runs the main part; the inputs come on top of those that rotate the token `ci` for acme/web. */
  readonly run: (inputs?: Inputs, options?: Partial<Omit<StepOptions, 'inputs'>>) => Promise<ProcessPart>;
  /** Runs the post part of a step whose main part has run. */
  readonly post: (step: Step, options?: Partial<StepOptions>) => Promise<ProcessPart>;
}

/** The world, and the action's code in this process. */
export interface Here extends World {
  /** Runs the main part; the inputs come on top of those that rotate the token `ci` for acme/web. */
  readonly run: (inputs?: Inputs) => Promise<Part>;
}

type Tell = (stage: Stage) => Promise<void>;

/**
 * A test that runs the built action as a process of its own against a sandbox of its own. What must be true of
 * every story (nothing leaked, all requests in order) is looked at at its end; a story that fails is printed.
 */
export function story(title: string, tell: Tell, options: SandboxOptions = {}): void {
  it(title, async () => {
    const sandbox = new Sandbox(options);
    const served = await serve(sandbox);
    const parts: Part[] = [];
    try {
      await tell(stageOf(sandbox, served, parts));
      expect(await wrongs(sandbox, parts)).toEqual([]);
    } catch (error) {
      console.error(transcript(title, parts));
      throw error;
    } finally {
      await served.close();
    }
  });
}

/**
 * The same with the code of the bundle in this process, for what does not depend on the bundle, the runner or a network:
 * a story of that kind takes a fraction of the time.
 */
export function storyInProcess(
  title: string,
  tell: (stage: Here) => Promise<void>,
  options: SandboxOptions = {},
): void {
  it(title, async () => {
    const sandbox = new Sandbox(options);
    const parts: Part[] = [];
    const run = async (inputs: Inputs = {}): Promise<Part> => {
      const part = await runHere(sandbox, inputs, nextRun(parts));
      parts.push(part);
      return part;
    };
    try {
      await tell({ ...worldOf(sandbox, ORIGINS), run });
      expect(await wrongs(sandbox, parts)).toEqual([]);
    } catch (error) {
      console.error(transcript(title, parts));
      throw error;
    }
  });
}

function stageOf(sandbox: Sandbox, served: Served, parts: Part[]): Stage {
  const { faults } = sandbox;
  const play = async (name: string, isPost: boolean, start: () => Promise<Step>): Promise<ProcessPart> => {
    const before = faults.log.length;
    const step = await start();
    const part = { ...step, name, isPost, requests: faults.log.slice(before) };
    parts.push(part);
    return part;
  };
  return {
    ...worldOf(sandbox, served.origins),
    run: (inputs = {}, options = {}) => {
      const secrets = [...secretsContext(inputs), ...(options.secrets ?? [])];
      return play(nextRun(parts), false, () => runAction(served.step({ ...options, inputs, secrets })));
    },
    post: (step, options) =>
      play('a post step', true, async () => {
        // What became of the main part is over: its cancellation is not the post part's.
        const fresh = { onSpawn: () => undefined, cancel: { signal: new AbortController().signal } };
        const post = await runPost(step, { ...step.job.options, ...fresh, ...options });
        if (post === undefined) throw new Error('action.yml has no post step that runs here');
        return post;
      }),
  };
}

function nextRun(parts: readonly Part[]): string {
  return `run ${parts.filter(({ isPost }) => !isPost).length + 1}`;
}

function worldOf(sandbox: Sandbox, origins: World['origins']): World {
  const queue = (target = WEB): ConsumerJob => queueJob(sandbox, target);
  return {
    sandbox,
    origins,
    later: (duration) => {
      sandbox.clock.advance(duration);
    },
    queue,
    logsIn: async (target) => (await queue(target).logIn()).accepted,
    existing: (targets = [WEB], given = {}) => {
      const scope = { kind: 'account', id: ACCOUNT } as const;
      const { id } = sandbox.cloudflare.createToken({ scope, name: 'ci', ...given });
      const previousExpiresAt = endedMark(undefined, sandbox.clock.now(), 'update');
      const token = sandbox.cloudflare.rotate(id, { previousExpiresAt });
      for (const { place, clientIdName, clientSecretName } of targets) {
        sandbox.github.setSecret(place, clientIdName, token.clientId);
        sandbox.github.setSecret(place, clientSecretName, token.secret);
      }
      return token;
    },
    token: () => {
      const [token, ...others] = sandbox.cloudflare.findByName('ci');
      if (token === undefined || others.length > 0) throw new Error(`${others.length} more tokens, or none`);
      return token;
    },
  };
}

/** A step in this process: the same code as the bundle, as the runner would show what it did. */
async function runHere(sandbox: Sandbox, inputs: Inputs, name: string): Promise<Part> {
  const before = sandbox.faults.log.length;
  const { exitCode, log, annotations, outputs, state, summary, masks } = await runInProcess(sandbox, {
    inputs,
  });
  const masker = new Masker();
  for (const secret of [...secretsContext(inputs), ...masks]) masker.add(secret);
  const visible = Object.entries(outputs).filter(([, value]) => masker.mask(value) === value);
  return {
    name,
    isPost: false,
    exitCode,
    signal: null,
    conclusion: exitCode === 0 ? 'success' : 'failure',
    rawStdout: log.join('\n'),
    rawStderr: '',
    log: masker.mask(log.join('\n')),
    annotations: annotations.map(({ kind, text }) => ({
      level: kind,
      title: undefined,
      message: masker.mask(text),
    })),
    outputs,
    jobOutputs: Object.fromEntries(visible),
    state,
    env: {},
    path: [],
    summary: masker.mask(summary),
    masks,
    files: [],
    job: { inputs: { ...sandbox.inputs(), ...inputs } },
    requests: sandbox.faults.log.slice(before),
  };
}

function transcript(title: string, parts: readonly Part[]): string {
  return [`=== ${title}`, ...parts.flatMap(told)].join('\n');
}

function told({ name, exitCode, signal, log, annotations, outputs, requests, rawStderr }: Part): string[] {
  return [
    `--- ${name}: ${exitCode === null ? `ended by ${signal ?? 'nothing'}` : `exit code ${exitCode}`}`,
    log,
    ...(rawStderr === '' ? [] : ['stderr', rawStderr]),
    ...annotations.map(({ level, message }) => `${level}: ${message}`),
    `outputs ${JSON.stringify(outputs, undefined, 2)}`,
    ...toldOnce(requests),
  ];
}

/** Of a request that is sent over and over the first and the last. */
function toldOnce(requests: readonly Exchange[]): string[] {
  const what = (request: Exchange | undefined): string =>
    [request?.service, request?.method, request?.path, request?.status, request?.fault].join(' ');
  return requests
    .filter((request, n) => [requests[n - 1], requests[n + 1]].some((near) => what(near) !== what(request)))
    .map(({ number, at, service, method, path, status, fault }) => {
      const struck = fault === undefined ? '' : `, ${fault}`;
      return `${number}. ${new Date(at).toISOString()} ${service} ${method} ${path} → ${status ?? 'nothing'}${struck}`;
    });
}
