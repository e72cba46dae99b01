import { spawn, type ChildProcess } from 'node:child_process';
import { LineSplitter } from './line-splitter.ts';

/** From cancelling to SIGTERM, and from SIGTERM to SIGKILL, in milliseconds. */
const UNTIL_SIGTERM = 7_500;
const UNTIL_SIGKILL = 2_500;

export interface Cancellation {
  /** Aborted when a person cancels the run. */
  readonly signal: AbortSignal;
  /** Multiplies the runner's own times; 1 if not given. */
  readonly scale?: number;
}

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  readonly onSpawn?: ((child: ChildProcess) => void) | undefined;
  readonly cancel?: Cancellation | undefined;
}

export interface Exit {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a process to its end; cancelled, it gets SIGINT, after a while SIGTERM, at last SIGKILL. */
export async function runChild(options: ChildOptions): Promise<Exit> {
  const { command, args, cwd, env, onLine, onSpawn, cancel } = options;
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<Pick<Exit, 'exitCode' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      resolve({ exitCode, signal });
    });
  });
  let stdout = '';
  let stderr = '';
  const splitters = [new LineSplitter(onLine), new LineSplitter(onLine)] as const;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    splitters[0].push(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    splitters[1].push(chunk);
  });
  const stopCancelling = cancel === undefined ? undefined : armCancellation(child, cancel);
  onSpawn?.(child);
  try {
    const exit = await ended;
    for (const splitter of splitters) splitter.end();
    return { ...exit, stdout, stderr };
  } finally {
    stopCancelling?.();
  }
}

function armCancellation(child: ChildProcess, { signal, scale = 1 }: Cancellation): () => void {
  const timers: NodeJS.Timeout[] = [];
  const after = (milliseconds: number, sent: NodeJS.Signals): void => {
    timers.push(setTimeout(() => child.kill(sent), milliseconds * scale));
  };
  const cancel = (): void => {
    child.kill('SIGINT');
    after(UNTIL_SIGTERM, 'SIGTERM');
    after(UNTIL_SIGTERM + UNTIL_SIGKILL, 'SIGKILL');
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  return () => {
    signal.removeEventListener('abort', cancel);
    for (const timer of timers) clearTimeout(timer);
  };
}
