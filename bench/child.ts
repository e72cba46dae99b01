import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Milliseconds } from '../src/model/time.ts';

export interface Ended {
  /** As `process.hrtime` counts them. */
  readonly startedAt: bigint;
  /** From before it was started until it had ended. */
  readonly wall: Milliseconds;
  readonly exitCode: number | null;
  readonly output: string;
  /** Largest resident set in bytes; only of a process that loads `peak-memory.mjs`. */
  readonly peakMemory: number | undefined;
}

/** Runs Node with these arguments until it ends, in an environment of its own. */
export async function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const startedAt = process.hrtime.bigint();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const output: string[] = [];
  const memory: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  child.stdio[3]?.on('data', (bytes: Buffer) => memory.push(bytes.toString()));
  let endedAt = startedAt;
  child.once('exit', () => (endedAt = process.hrtime.bigint()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return {
    startedAt,
    wall: milliseconds(endedAt - startedAt),
    exitCode,
    output: output.join(''),
    peakMemory: memory.length === 0 ? undefined : Number(memory.join('')),
  };
}

/** @throws Error with what the process printed, where it did not end well */
export function demandSuccess(ended: Ended, what: string): Ended {
  if (ended.exitCode === 0) return ended;
  throw new Error(`${what} ended with ${String(ended.exitCode)}:\n${ended.output}`);
}

export function milliseconds(nanoseconds: bigint): Milliseconds {
  return Number(nanoseconds) / 1e6;
}
