import type { Milliseconds } from '../../src/model/time.ts';
import type { Found } from './objects.ts';
import { changesOf, rowsOf, tableOf } from './report.ts';
import { findAll, removeRuns, tryAll, type Benches, type Observation } from './run.ts';
import type { Runs } from './state.ts';

export interface ConformOptions {
  /** Sends whatever was aborted, so that a run that is stopped can still clean up. */
  readonly cleaning: Benches;
  readonly trying: Benches;
  readonly run: string;
  readonly runs: Pick<Runs, 'known' | 'begin' | 'end'>;
  readonly signal: AbortSignal;
  readonly recorded: Readonly<Record<string, string>>;
  readonly print: (text: string) => void;
  /** Remove what these runs left, and nothing else. */
  readonly cleanUp?: readonly string[];
}

export interface Conformed {
  /** 0: as recorded or assumed. 1: something differs. 2: it did not run, or something is left. */
  readonly exitCode: 0 | 1 | 2;
  readonly observations: readonly Observation[];
  readonly changes: readonly string[];
}

export const STOPPED: Conformed = { exitCode: 2, observations: [], changes: [] };

/** One run from the leftovers of earlier ones to its own. Prints what happens, and never a credential. */
export async function conform(options: ConformOptions): Promise<Conformed> {
  const { cleaning, trying, run, runs, signal, recorded, print, cleanUp = [] } = options;
  const mine = [...runs.known, ...cleanUp];
  const found = await findAll(cleaning);
  const strange = found.filter((one) => !mine.includes(one.run));
  if (strange.length > 0) {
    print(refusal(strange));
    return STOPPED;
  }
  if (mine.length > 0 && !(await clean(options, mine))) return STOPPED;
  if (cleanUp.length > 0) return { ...STOPPED, exitCode: 0 };
  runs.begin(run);
  let observations: readonly Observation[] = [];
  try {
    observations = await tryAll(trying, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    print('Stopped. Removing what was made.');
  } finally {
    if (!(await clean(options, [run]))) observations = [];
  }
  if (observations.length === 0) return STOPPED;
  const changes = changesOf(observations, recorded);
  print(tableOf(rowsOf(observations)));
  print(changes.length === 0 ? 'Nothing differs.' : `\nThis differs:\n${changes.join('\n')}`);
  return { exitCode: changes.length === 0 ? 0 : 1, observations, changes };
}

/** @returns whether nothing is left */
async function clean({ cleaning, runs, print }: ConformOptions, which: readonly string[]): Promise<boolean> {
  const left = await removeRuns(cleaning, which);
  if (left.length === 0) {
    runs.end(which);
    return true;
  }
  print(`Could not be removed, delete them by hand or run this again:\n${listOf(left)}`);
  return false;
}

function refusal(strange: readonly Found[]): string {
  const others = [...new Set(strange.map(({ run }) => run))];
  return [
    'Nothing was tried: these were made by a run that this machine does not know, which may still be going on.',
    listOf(strange),
    'If no other run is going on, remove them first:',
    ...others.map((run) => `  npm run conformance -- --clean-up ${run}`),
  ].join('\n');
}

function listOf(found: readonly Found[]): string {
  return found.map(({ what, name }) => `  ${what} ${name}`).join('\n');
}

/** Waits between two writes to a real service. */
export const PAUSE: Milliseconds = 1_000;
