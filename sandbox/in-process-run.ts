import type { Dependencies, FilePosition, Files, Runner } from '../src/model/dependencies.ts';
import { run } from '../src/main.ts';
import type { Sandbox } from './sandbox.ts';

export interface RecordedAnnotation {
  readonly kind: 'notice' | 'warning' | 'error';
  readonly text: string;
  /** Where in a file it hangs. */
  readonly at?: FilePosition;
}

/** What a run in this process left behind. */
export interface Transcript {
  readonly exitCode: 0 | 1;
  /** Everything that went to the log, annotations with their kind in front. */
  readonly log: readonly string[];
  readonly annotations: readonly RecordedAnnotation[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly masks: readonly string[];
}

export interface InProcessOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly fetch?: typeof globalThis.fetch;
  readonly cancelled?: AbortSignal;
  readonly time?: Dependencies['time'];
  /** Texts of the files in the workspace, by their path from there. */
  readonly files?: Readonly<Record<string, string>>;
}

const WORKSPACE = '/workspace';

/** The environment that the runner gives a step with these inputs, as far as the action reads it. */
export function stepEnvironment(inputs: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {
    GITHUB_REPOSITORY: 'acme/web',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_JOB: 'job',
    GITHUB_WORKSPACE: WORKSPACE,
  };
  const given = { repository: 'acme/web', environment: '(none)', ...inputs };
  for (const [name, value] of Object.entries(given)) {
    env[`INPUT_${name.toUpperCase().replaceAll(' ', '_')}`] = value;
  }
  return env;
}

/** Runs the main step's code in this process against a sandbox: the same code as the bundle, on virtual time. */
export async function runInProcess(sandbox: Sandbox, options: InProcessOptions = {}): Promise<Transcript> {
  const { runner, transcript } = recordingRunner();
  await run({
    env: { ...stepEnvironment({ ...sandbox.inputs(), ...options.inputs }), ...options.env },
    runner,
    files: filesOf(options.files ?? {}),
    fetch: options.fetch ?? sandbox.fetch,
    time: options.time ?? sandbox.time,
    randomBytes: sandbox.random,
    cancelled: options.cancelled ?? new AbortController().signal,
  });
  return transcript();
}

/** A workspace in memory, without symbolic links. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  const missing = (path: string): Error => Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  const textOf = (path: string): string | undefined => texts[path.slice(WORKSPACE.length + 1)];
  return {
    realPath: (path) =>
      path === WORKSPACE || textOf(path) !== undefined
        ? Promise.resolve(path)
        : Promise.reject(missing(path)),
    read: (path, most) => {
      const text = textOf(path);
      if (text === undefined) return Promise.reject(missing(path));
      return Promise.resolve(new TextEncoder().encode(text).subarray(0, most));
    },
  };
}

/** A runner that only keeps what it is told; the transcript may be asked for at any time, of a dead run too. */
export function recordingRunner(): { runner: Runner; transcript: () => Transcript } {
  let exitCode: 0 | 1 = 0;
  let summary = '';
  const log: string[] = [];
  const annotations: RecordedAnnotation[] = [];
  const outputs: Record<string, string> = {};
  const state: Record<string, string> = {};
  const masks: string[] = [];
  const annotate = (kind: RecordedAnnotation['kind']) => (text: string, at?: FilePosition) => {
    annotations.push({ kind, text, ...(at === undefined ? {} : { at }) });
    log.push(`${kind}: ${text}`);
  };
  const runner: Runner = {
    info: (text) => log.push(text),
    debug: (text) => log.push(`debug: ${text}`),
    notice: annotate('notice'),
    warning: annotate('warning'),
    error: annotate('error'),
    startGroup: (name) => log.push(`group: ${name}`),
    endGroup: () => log.push('endgroup'),
    setSecret: (value) => masks.push(value),
    setOutput: (name, value) => {
      outputs[name] = value;
    },
    saveState: (name, value) => {
      state[name] = value;
    },
    getState: (name) => state[name] ?? '',
    writeSummary: (markdown) => {
      summary += markdown;
      return Promise.resolve();
    },
    fail: () => {
      exitCode = 1;
    },
  };
  return {
    runner,
    transcript: () => ({ exitCode, log, annotations, outputs, state, summary, masks }),
  };
}
