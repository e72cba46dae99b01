import { Action, type Measured } from './action.ts';
import { demandSuccess, runNode } from './child.ts';
import { repositories } from './operations.ts';
import type { Services } from './services.ts';
import { lowest, median } from './statistics.ts';
import { inMilliseconds, table, times } from './table.ts';

const ROUNDS = 20;
const DELAY = 100;
/** Observe, prove, rotate, deliver, read again, close. */
const ROUND_TRIPS = 6;

/**
 * A rotation while every reply takes 100 ms, against the round trips that it cannot do without.
 * @param beside the folder of another version, measured in turn
 */
export async function roundTrips(services: Services, beside?: string): Promise<string> {
  const action = await Action.prepare(services);
  const other = beside === undefined ? undefined : await Action.prepare(services, beside);
  const floor: number[] = [];
  const fetches: number[] = [];
  const versions = [
    { version: action, which: '' },
    ...(other === undefined ? [] : [{ version: other, which: ', the other version' }]),
  ];
  const runs = [1, 10].flatMap((targets) =>
    versions.map(({ version, which }, index) => ({
      name: `rotate, ${targets} ${targets === 1 ? 'target' : 'targets'}${which}`,
      inputs: { ...repositories(targets), ...tokenOfItsOwn(`bench_${targets}_${index}`) },
      version,
      measured: [] as Measured[],
    })),
  );
  try {
    for (const { version, inputs } of runs) await version.run({ inputs });
    for (let round = 0; round < ROUNDS; round += 1) {
      floor.push((await runNode(['-e', '0'])).wall + ROUND_TRIPS * DELAY);
      fetches.push(await fetchInARow(services));
      for (const { version, inputs, measured } of runs) {
        measured.push(await version.run({ inputs, delay: DELAY }));
      }
    }
  } finally {
    await action.close();
    await other?.close();
  }
  const row = (name: string, walls: readonly number[]): string[] => [
    name,
    inMilliseconds(median(walls)),
    times(median(walls) / median(floor)),
    times(lowest(walls) / lowest(floor)),
  ];
  const rows = runs.map(({ name, measured }) => {
    const walls = measured.map(({ wall }) => wall);
    return [
      ...row(name, walls),
      String(measured[0]?.requests.length ?? 0),
      String(median(measured.map(({ connections }) => connections))),
    ];
  });
  const bare = [row('floor', floor), row(`${ROUND_TRIPS} times \`fetch\`, nothing else`, fetches)];
  return [
    table(
      ['', 'wall time', 'ratio', 'ratio, lowest tenth', 'requests', 'connections'],
      [...bare.map((cells) => [...cells, String(ROUND_TRIPS), '']), ...rows],
    ),
    `${ROUNDS} rounds, in turn. The floor is \`node -e 0\` and ${ROUND_TRIPS} times ${DELAY} ms.`,
  ].join('\n\n');
}

/** So that what one row rotates is not outdated where another looks, which would cost that one a round trip more. */
function tokenOfItsOwn(name: string): Readonly<Record<string, string>> {
  return { 'token-name': name, 'client-id-name': `${name}_id`, 'client-secret-name': `${name}_secret` };
}

/** The same number of round trips by a program that does nothing else. */
async function fetchInARow(services: Services): Promise<number> {
  await services.begin({ delay: DELAY });
  const url = services.started.origins.cloudflare;
  const code = `for (let i = 0; i < ${ROUND_TRIPS}; i += 1) await fetch('${url}').then((reply) => reply.text())`;
  return demandSuccess(await runNode(['--input-type=module', '-e', code]), 'fetch').wall;
}
