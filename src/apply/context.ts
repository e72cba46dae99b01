import type { Control } from '../access/login-check.ts';
import type { Dependencies } from '../model/dependencies.ts';
import { Problem } from '../model/problem.ts';
import type { Services } from '../observe/observe.ts';
import type { Task } from '../observe/facts.ts';
import type { Journal } from './journal.ts';

/** What every step of a plan works with, beside what it carries itself. */
export interface Context extends Task {
  readonly services: Services;
  readonly journal: Journal;
  readonly deps: Pick<Dependencies, 'runner' | 'cancelled'>;
  /** How the verify URL answers without credentials. */
  readonly control: Control | undefined;
}

/** Called before anything that cannot be left half done. @throws Problem once the run is cancelled */
export function stopIfCancelled({ deps }: Pick<Context, 'deps'>): void {
  if (!deps.cancelled.aborted) return;
  throw new Problem(
    'cancelled',
    'The run was cancelled before it was done.',
    'Run it again. The next run reads the current state and continues.',
  );
}
