// `npm run demo [-- --weeks N --summary FILE --world documented]`
import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { DAY, HOUR, MINUTE } from '../src/model/time.ts';
import { queueJob, type ConsumerJob } from './consumer.ts';
import { findLeaks, requestHaystacks, type Haystack } from './leaks.ts';
import { runAction, type Step } from './runner/run-action.ts';
import { PRODUCTION, Sandbox, WEB } from './sandbox.ts';
import { serve, type Served } from './serve.ts';

const { values } = parseArgs({
  options: {
    /** `documented`: replies to updates bring no secret, as Cloudflare's schema has it. */
    world: { type: 'string', default: 'live' },
    weeks: { type: 'string', default: '53' },
    /** Where the last job summary is written to. */
    summary: { type: 'string', default: new URL('../demo-summary.md', import.meta.url).pathname },
  },
});
const WEEKS = Number(values.weeks);
const SUMMARY = values.summary;
const OUTAGE_WEEK = 20;

/** What the schedule of the demo's workflow gives the step: one token for a repository and an environment. */
const INPUTS = { targets: 'repository=acme/web\nrepository=acme/web, environment=production' };

interface Tally {
  logins: number;
  refused: number;
  failedRuns: number;
  renewals: number;
  readonly clientIds: Set<string>;
  readonly haystacks: Haystack[];
}

/** A year of a weekly rotation by the built action, with jobs that use what it delivers. */
async function demo(): Promise<void> {
  const sandbox = new Sandbox({
    cloudflareSwitches: { updateReplyWithoutSecret: values.world === 'documented' },
  });
  const served = await serve(sandbox);
  const tally: Tally = {
    logins: 0,
    refused: 0,
    failedRuns: 0,
    renewals: 0,
    clientIds: new Set(),
    haystacks: [],
  };
  let last: Step | undefined;
  console.log('A year of a weekly rotation: the built action against a simulated Cloudflare and GitHub.');
  console.log(
    'Each week two jobs are queued before the run; they log in 10 minutes and 20 hours after it.\n',
  );
  try {
    for (let week = 1; week <= WEEKS; week += 1) {
      const jobs = week === 1 ? [] : [queueJob(sandbox, WEB), queueJob(sandbox, PRODUCTION)];
      sandbox.clock.advance(HOUR);
      if (week === OUTAGE_WEEK) breakOneDelivery(sandbox);
      last = await runOnce(served, tally);
      sandbox.faults.clear();
      const logins = await logInLater(sandbox, jobs, tally);
      console.log(timelineRow(week, sandbox, last, logins));
      sandbox.clock.advance(7 * DAY - HOUR - 20 * HOUR);
    }
  } finally {
    await served.close();
  }
  await writeFile(SUMMARY, last?.summary ?? '');
  verdict(sandbox, tally);
}

async function runOnce(served: Served, tally: Tally): Promise<Step> {
  const step = await runAction(served.step({ inputs: INPUTS }));
  if (step.exitCode !== 0) tally.failedRuns += 1;
  if (step.outputs['message']?.includes('renewed') === true) tally.renewals += 1;
  tally.clientIds.add(step.outputs['client-id'] ?? '');
  const run = `run ${tally.haystacks.length / 4 + 1}`;
  tally.haystacks.push(
    { name: `stdout of ${run}`, text: step.rawStdout, raw: true },
    { name: `stderr of ${run}`, text: step.rawStderr },
    { name: `files of ${run}`, text: step.files.map(({ text }) => text).join('\n') },
    { name: `outputs of ${run}`, text: JSON.stringify(step.outputs) },
  );
  return step;
}

/** GitHub does not take the environment's client secret while this run lasts. */
function breakOneDelivery(sandbox: Sandbox): void {
  sandbox.faults.add({
    name: 'GitHub is down for the environment',
    service: 'github',
    method: 'PUT',
    path: /environments\/production\/secrets\/CF_ACCESS_CLIENT_SECRET/,
    times: Infinity,
    effect: { kind: 'reply', when: 'before', status: 503 },
  });
}

async function logInLater(sandbox: Sandbox, jobs: readonly ConsumerJob[], tally: Tally): Promise<string> {
  let accepted = 0;
  let tried = 0;
  for (const wait of [10 * MINUTE, 20 * HOUR - 10 * MINUTE]) {
    sandbox.clock.advance(wait);
    for (const job of jobs) {
      tried += 1;
      if ((await job.logIn()).accepted) accepted += 1;
    }
  }
  tally.logins += tried;
  tally.refused += tried - accepted;
  return tried === 0 ? '' : `${accepted} of ${tried} logins let in`;
}

function timelineRow(week: number, sandbox: Sandbox, { outputs }: Step, logins: string): string {
  const date = new Date(sandbox.clock.now() - 20 * HOUR).toISOString().slice(0, 10);
  const { status = '', reason = '', message = '' } = outputs;
  const [token] = sandbox.cloudflare.findByName('ci');
  const version = `v${token?.version ?? '?'}`;
  const worthSaying = status !== 'rotated' || reason !== 'secret-due' || message.includes('renewed');
  const row = `${date}  week ${String(week).padStart(2)}  ${status.padEnd(9)} ${version.padEnd(4)} ${reason.padEnd(20)} ${logins}`;
  return worthSaying ? `${row}\n            ${message}` : row;
}

/** Counted from what the services saw and what the processes left behind. */
function verdict(sandbox: Sandbox, tally: Tally): void {
  const leaks = findLeaks({
    secrets: sandbox.clientSecrets,
    haystacks: [...tally.haystacks, ...requestHaystacks(sandbox.faults.log)],
  });
  const [token] = sandbox.cloudflare.findByName('ci');
  console.log(`
Verdict
  runs             ${WEEKS}, of which ${tally.failedRuns} failed and said so
  client secrets   ${sandbox.clientSecrets.length} minted; ${tally.clientIds.size} client ID in ${sandbox.cloudflare.list().length} token
  token            expires ${token === undefined ? '(gone)' : new Date(token.expiresAt).toISOString()}, after ${tally.renewals} renewal${tally.renewals === 1 ? '' : 's'}
  logins           ${tally.logins} tried, ${tally.refused} refused
  secrets leaked   ${leaks.length}, searched for in ${tally.haystacks.length} outputs and files and ${sandbox.faults.log.length} requests
  stored now       ${[WEB, PRODUCTION].filter((target) => sandbox.logsIn(target)).length} of 2 targets hold a pair that logs in

The last job summary is in ${relative(process.cwd(), SUMMARY)}.`);
  if (tally.refused > 0 || leaks.length > 0) process.exitCode = 1;
}

await demo();
