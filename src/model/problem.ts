import type { Runner } from './dependencies.ts';
import type { ProblemCode } from './problem-codes.ts';
import { cleanEcho, oneLine } from './safe-text.ts';

/** An error that a person can act on: what failed and what it means, then what to do next. */
export class Problem extends Error {
  /** Stable identifier; `docs/troubleshooting.md` has a section for each. */
  readonly code: ProblemCode;
  /** What to do next, as one or more sentences. */
  readonly remedy: string;

  constructor(code: ProblemCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Problem';
    this.code = code;
    this.remedy = remedy;
  }

  /** The whole text that is printed. */
  get text(): string {
    return `${this.message} ${this.remedy}`.trim();
  }
}

/** How the text of an error begins that nobody has foreseen. */
export const UNFORESEEN = 'The action failed in a way that it does not know';

/** An error that is nobody's message: a defect of the action, told without its details. */
export function unexpected(error: unknown, runner: Runner): Problem {
  if (error instanceof Problem) return error;
  runner.debug(oneLine(error instanceof Error ? (error.stack ?? error.name) : typeof error));
  const name =
    error instanceof Error ? `${error.name}: ${cleanEcho(error.message, 200)}` : 'an unknown error';
  return new Problem(
    'unexpected',
    `${UNFORESEEN} (${name}).`,
    'Run this again with debug logging, and report the error if it stays.',
  );
}
