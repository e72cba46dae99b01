import { cleanEcho, oneLine } from './clean.ts';
import type { Runner } from './dependencies.ts';
import { Problem } from './problem.ts';

/** An error that is nobody's message: a defect of the action, told without its details. */
export function unexpected(error: unknown, runner: Runner): Problem {
  if (error instanceof Problem) return error;
  runner.debug(oneLine(error instanceof Error ? (error.stack ?? error.name) : typeof error));
  const name =
    error instanceof Error ? `${error.name}: ${cleanEcho(error.message, 200)}` : 'an unknown error';
  return new Problem(
    'unexpected',
    `Something went wrong that the action does not know of (${name}).`,
    'Run this again with debug logging, and report it if it stays.',
  );
}
