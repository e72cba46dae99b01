import { Action } from './action.ts';
import { rotateByHand, type ByHand } from './by-hand.ts';
import { repositories } from './operations.ts';
import type { Services } from './services.ts';
import { median } from './statistics.ts';
import { inMilliseconds, table, times } from './table.ts';

const ROUNDS = 20;
const DELAY = 100;

/** One token, with this action and with what people do without it. */
export async function today(services: Services): Promise<string> {
  const action = await Action.prepare(services);
  const rows: string[][] = [];
  try {
    for (const targets of [1, 3]) {
      const chosen = repositories(targets);
      const delivery = {
        token: 'ci',
        clientIdName: 'CF_ACCESS_CLIENT_ID',
        clientSecretName: 'CF_ACCESS_CLIENT_SECRET',
        repositories: chosen['repository']?.split('\n') ?? [],
      };
      await action.run({ inputs: chosen });
      const ours: number[] = [];
      const theirs: ByHand[] = [];
      let requests = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        theirs.push(await rotateByHand(services, [delivery], DELAY));
        const measured = await action.run({ inputs: chosen, delay: DELAY });
        ours.push(measured.wall);
        requests = measured.requests.length;
      }
      const wall = median(theirs.map((one) => one.wall));
      const [first] = theirs;
      const what = `${targets} ${targets === 1 ? 'target' : 'targets'}`;
      rows.push(
        [
          `SDK and a process per secret, ${what}`,
          inMilliseconds(wall),
          '',
          `${first?.requests}`,
          `${first?.processes}`,
        ],
        [
          `this action, ${what}`,
          inMilliseconds(median(ours)),
          times(median(ours) / wall),
          `${requests}`,
          '1',
        ],
      );
    }
  } finally {
    await action.close();
  }
  return [
    table(['rotate and deliver', 'median', 'ratio', 'requests', 'processes'], rows),
    `${ROUNDS} rounds, in turn, while every reply takes ${DELAY} ms.`,
  ].join('\n\n');
}
