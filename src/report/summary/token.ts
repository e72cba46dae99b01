import { failuresOf } from '../failures.ts';
import type { RunOutcome, TokenOutcome } from '../outcome.ts';
import { factsOf, isPlanOnly } from './facts.ts';
import { failureBox, saidIn } from './failure-box.ts';
import { footer } from './footer.ts';
import { gantt } from './gantt.ts';
import { noteBox, warningBox } from './boxes.ts';
import { folded, joined } from './markdown.ts';
import { stepsSection } from './steps.ts';
import { targetsSection } from './targets.ts';
import { timelineOf } from './timeline.ts';
import type { SummaryOptions } from './summary.ts';

/** Bytes for the rows of targets, well under GitHub's limit for the whole summary. */
const TARGET_BYTES = 400_000;

/** A run for one token: what failed, what is true now, then what is only looked up. */
export function tokenSummary(run: RunOutcome, token: TokenOutcome, { helpUrl }: SummaryOptions): string {
  const failures = failuresOf(run);
  const planned = isPlanOnly(run) ? stepsSection(token) : '';
  return joined([
    failureBox(failures, { now: token.now, helpUrl }),
    warningBox([...run.warnings, ...token.warnings]),
    factsOf(token, run).join(' '),
    planned === '' ? '' : `What a run would do:\n\n${planned}`,
    targetsSection(token, { ...saidIn(failures), bytes: TARGET_BYTES }),
    planned === '' ? timelineSection(token) : '',
    noteBox([...run.notices, ...token.notices]),
    footer(run, token),
  ]);
}

function timelineSection(token: TokenOutcome): string {
  const drawn = gantt(timelineOf(token), token.now);
  return drawn === '' ? '' : folded('Timeline', drawn);
}
