import type { Instant, Milliseconds } from './time.ts';

/** Everything a run needs from outside; `index.ts` gives the real ones, tests give others. */
export interface Dependencies {
  /** The process environment: `INPUT_*`, `GITHUB_*`, `CLOUDFLARE_*`, proxy variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly runner: Runner;
  readonly files: Files;
  /** One HTTP exchange, without retries and without following redirects unless asked. */
  readonly fetch: typeof globalThis.fetch;
  readonly time: Time;
  /** That many cryptographically random bytes. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Aborted on SIGINT or SIGTERM. */
  readonly cancelled: AbortSignal;
}

/** The files of the machine, for the manifest alone. */
export interface Files {
  /** The path behind all symbolic links. @throws Error with the `code` of the system, such as ENOENT */
  readonly realPath: (path: string) => Promise<string>;
  /** The start of a file, at most that many bytes. @throws Error with the `code` of the system */
  readonly read: (path: string, most: number) => Promise<Uint8Array>;
}

export interface Time {
  /** Milliseconds that pass steadily, from any start; never a wall clock. */
  readonly monotonic: () => Milliseconds;
  /** The machine's own wall clock, which may be wrong; only for what no service's clock can tell. */
  readonly wall: () => Instant;
  /** Resolves after that long, or rejects with the signal's reason once it is aborted. */
  readonly sleep: (duration: Milliseconds, signal?: AbortSignal) => Promise<void>;
  /** A signal that is aborted after that long. */
  readonly timeout: (duration: Milliseconds) => AbortSignal;
}

/** A place in a file of the workspace; lines and columns count from 1. */
export interface FilePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What the Actions runner offers a step; the real one is `@actions/core`. */
export interface Runner {
  readonly info: (text: string) => void;
  readonly debug: (text: string) => void;
  readonly notice: (text: string) => void;
  readonly warning: (text: string) => void;
  /** With a position, the annotation hangs on that line of a file of the repository. */
  readonly error: (text: string, at?: FilePosition) => void;
  readonly startGroup: (name: string) => void;
  readonly endGroup: () => void;
  /** Registers a value that the runner replaces by `***` in all logs from here on. */
  readonly setSecret: (value: string) => void;
  readonly setOutput: (name: string, value: string) => void;
  readonly saveState: (name: string, value: string) => void;
  /** Saved by the main step; empty where nothing was. */
  readonly getState: (name: string) => string;
  /** Markdown appended to the job summary. */
  readonly writeSummary: (markdown: string) => Promise<void>;
  /** Makes the step fail, without printing anything. */
  readonly fail: () => void;
}
