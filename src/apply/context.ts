import type { Control } from '../access/login-check.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Journal } from './journal.ts';
import type { Services } from '../observe/observe.ts';
import { Problem } from '../model/problem.ts';
import type { Settings } from '../settings/settings.ts';
import type { Facts } from '../observe/facts.ts';

/** What every step of a plan works with. */
export interface Context {
  readonly settings: Settings;
  readonly services: Services;
  readonly journal: Journal;
  readonly deps: Pick<Dependencies, 'runner' | 'cancelled' | 'randomBytes'>;
  readonly facts: Facts;
  /** How the verify URL answers without credentials. */
  readonly control: Control | undefined;
}

/** Called before anything that cannot be left half done. @throws Problem once the run is cancelled */
export function stopIfCancelled({ deps }: Pick<Context, 'deps'>): void {
  if (!deps.cancelled.aborted) return;
  throw new Problem(
    'cancelled',
    'The run was cancelled, and nothing more was begun.',
    'Run it again: it goes on from what is true then.',
  );
}
