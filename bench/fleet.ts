import { HOUR, MINUTE, type Milliseconds } from '../src/model/time.ts';
import { Action, type Measured } from './action.ts';
import { rotateByHand, type ByHand, type Delivery } from './by-hand.ts';
import { repositories } from './operations.ts';
import { Services } from './services.ts';
import { median } from './statistics.ts';
import { inMegabytes, inMilliseconds, inSeconds, table, times } from './table.ts';

const TOKENS = [1, 12, 50] as const;
const TARGETS = [1, 5, 20] as const;
const ROUNDS = 7;
const DELAY = 100;
/** By hand they take long. */
const ROUNDS_BY_HAND = 3;
/** Of each target: the client secret and the client ID. */
const WRITES_PER_TARGET = 2;
/** GitHub's limits allow that many in each minute, and in each hour. */
const WRITES_A_MINUTE = 80;
const WRITES_AN_HOUR = 500;

type Inputs = Readonly<Record<string, string>>;

/** A file with `tokens` entries, each with `targets` targets in as many repositories, which all tokens share. */
function fleetOf(name: string, tokens: number, targets: number, defaults: string): Inputs {
  const entries = deliveriesOf(name, tokens, targets).map(
    ({ token, clientIdName, clientSecretName, repositories: places }) =>
      `  - { name: ${token}, client-id-name: ${clientIdName}, client-secret-name: ${clientSecretName}, targets: [{ repository: [${places.join(', ')}] }] }`,
  );
  const manifest = `defaults: { duration: forever${defaults} }\ntokens:\n${entries.join('\n')}\n`;
  return { manifest, 'token-name': '', duration: '' };
}

function deliveriesOf(name: string, tokens: number, targets: number): readonly Delivery[] {
  const places = repositories(targets)['repository']?.split('\n') ?? [];
  return Array.from({ length: tokens }, (_, index) => {
    const prefix = `${name}_${index}`.toUpperCase();
    return {
      token: `${name}-${index}`,
      clientIdName: `${prefix}_ID`,
      clientSecretName: `${prefix}_SECRET`,
      repositories: places,
    };
  });
}

const IDLE = ', rotate-after: 30d';

/** What a fleet from one file costs: by tokens and targets of each, beside a job for each token, and beside scripts. */
export async function fleet(services: Services): Promise<string> {
  return [await size(), await besideJobs(services), await besideScripts()].join('\n\n');
}

/** Each size in a sandbox of its own, since a repository holds a hundred secrets. */
async function size(): Promise<string> {
  const rows: string[][] = [];
  for (const tokens of TOKENS) {
    for (const targets of TARGETS) {
      const { rotated, idle } = await alone((action) => rotateAndIdle(action, tokens, targets));
      const asked = leastWait(tokens * targets * WRITES_PER_TARGET);
      rows.push([
        `${tokens} × ${targets}`,
        String(rotated.requests.length),
        inSeconds(asked),
        inSeconds(rotated.waited),
        times((rotated.waited + rotated.wall) / (asked + rotated.wall)),
        inMilliseconds(rotated.wall),
        inMegabytes(rotated.peakMemory ?? 0),
        String(idle.requests.length),
        inMilliseconds(idle.wall),
      ]);
    }
  }
  const rotation = ['requests', 'pacing asks for', 'waited', 'ratio', 'computed', 'peak memory'];
  return table(['tokens × targets', ...rotation, 'idle: requests', 'idle: wall time'], rows);
}

async function rotateAndIdle(action: Action, tokens: number, targets: number) {
  await action.run({ inputs: fleetOf('size', tokens, targets, ''), virtualTime: true });
  const options = { virtualTime: true, memory: true };
  const rotated = await action.run({ ...options, inputs: fleetOf('size', tokens, targets, '') });
  const idle = await action.run({ ...options, inputs: fleetOf('size', tokens, targets, IDLE), later: 0 });
  return { rotated, idle };
}

async function alone<Result>(
  measure: (action: Action, services: Services) => Promise<Result>,
): Promise<Result> {
  const services = await Services.start();
  try {
    const action = await Action.prepare(services);
    try {
      return await measure(action, services);
    } finally {
      await action.close();
    }
  } finally {
    services.stop();
  }
}

/** How long GitHub's limits make anybody wait who sends as many writes. */
function leastWait(writes: number): Milliseconds {
  const hours = Math.ceil(writes / WRITES_AN_HOUR) - 1;
  const rest = writes - hours * WRITES_AN_HOUR;
  return hours * HOUR + (Math.ceil(rest / WRITES_A_MINUTE) - 1) * MINUTE;
}

/** Twelve tokens with ten targets each and nothing to do, in one run and in a run for each. */
async function besideJobs(services: Services): Promise<string> {
  const action = await Action.prepare(services);
  const all = fleetOf('beside', 12, 10, IDLE);
  const one = { ...all, 'token-name': 'beside-0' };
  const together: Measured[] = [];
  const single: Measured[] = [];
  try {
    await action.run({ inputs: all, virtualTime: true });
    for (let round = 0; round < ROUNDS; round += 1) {
      together.push(await action.run({ inputs: all, delay: DELAY, later: 0 }));
      single.push(await action.run({ inputs: one, delay: DELAY, later: 0 }));
    }
  } finally {
    await action.close();
  }
  const wall = (measured: readonly Measured[]): number => median(measured.map((run) => run.wall));
  const row = (name: string, measured: readonly Measured[], runs: number): string[] => [
    name,
    String((measured[0]?.requests.length ?? 0) * runs),
    inMilliseconds(wall(measured) * runs),
    times((wall(measured) * runs) / wall(single)),
  ];
  const rows = [
    row('one token', single, 1),
    row('twelve tokens, one run', together, 1),
    row('twelve tokens, a run for each, in turn', single, 12),
  ];
  return [
    table(['nothing to do, 10 targets each', 'requests', 'wall time', 'ratio'], rows),
    `Median of ${ROUNDS} rounds, in turn, each reply ${DELAY} ms late.`,
  ].join('\n\n');
}

/** A whole fleet with this action, and with the SDK and a process for each secret. */
async function besideScripts(): Promise<string> {
  const rows: string[][] = [];
  for (const [tokens, targets] of [
    [12, 3],
    [12, 5],
  ] as const) {
    const { ours, theirs } = await alone((action, services) =>
      withAndWithout(action, services, tokens, targets),
    );
    const wall = median(theirs.map((one) => one.wall));
    const taken = median(ours.map((run) => run.wall + run.waited));
    const size = `${tokens} × ${targets}`;
    rows.push(
      [
        `SDK and a process per secret, ${size}`,
        inSeconds(wall),
        inSeconds(0),
        '',
        String(theirs[0]?.requests),
        String(theirs[0]?.processes),
      ],
      [
        `this action, ${size}`,
        inSeconds(median(ours.map((run) => run.wall))),
        inSeconds(median(ours.map((run) => run.waited))),
        times(taken / wall),
        String(ours[0]?.requests.length),
        '1',
      ],
    );
  }
  return [
    table(['rotate and deliver', 'wall time', 'waited', 'ratio', 'requests', 'processes'], rows),
    `Median of ${ROUNDS_BY_HAND} rounds, in turn, each reply ${DELAY} ms late. The ratio is of the two times together.`,
  ].join('\n\n');
}

async function withAndWithout(action: Action, services: Services, tokens: number, targets: number) {
  const inputs = fleetOf('beside', tokens, targets, '');
  const deliveries = deliveriesOf('beside', tokens, targets);
  const ours: Measured[] = [];
  const theirs: ByHand[] = [];
  await action.run({ inputs, virtualTime: true });
  for (let round = 0; round < ROUNDS_BY_HAND; round += 1) {
    theirs.push(await rotateByHand(services, deliveries, DELAY));
    ours.push(await action.run({ inputs, virtualTime: true, delay: DELAY }));
  }
  return { ours, theirs };
}
