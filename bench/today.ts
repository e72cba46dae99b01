import { join } from 'node:path';
import { Action } from './action.ts';
import { demandSuccess, runNode } from './child.ts';
import { repositories } from './operations.ts';
import type { Services } from './services.ts';
import { median } from './statistics.ts';
import { inMilliseconds, table, times } from './table.ts';

const ROUNDS = 20;
const DELAY = 100;
const SCRIPTS = join(import.meta.dirname, 'today');

/**
 * What people do without this action: the official SDK's rotate, and a process for each secret that is written.
 * Nothing is read before, nothing proven, and nothing told from whom the old secret was taken.
 */
export async function today(services: Services): Promise<string> {
  const action = await Action.prepare(services);
  const { inputs, origins } = services.started;
  const env = {
    CLOUDFLARE_API_TOKEN: inputs['cloudflare-api-token'] ?? '',
    CLOUDFLARE_ACCOUNT_ID: inputs['cloudflare-account-id'] ?? '',
    CLOUDFLARE_BASE_URL: `${origins.cloudflare}/client/v4`,
    GITHUB_TOKEN: inputs['github-token'] ?? '',
    GITHUB_API_URL: origins.github,
  };
  const script = async (name: string, ...args: string[]): Promise<string> =>
    demandSuccess(await runNode([join(SCRIPTS, name), ...args], env), name).output;
  const byHand = async (targets: number): Promise<{ wall: number; requests: number; processes: number }> => {
    await services.begin({ delay: DELAY });
    const begun = performance.now();
    const [clientId = '', clientSecret = ''] = (await script('rotate-token.mjs', 'ci')).trim().split('\n');
    let processes = 1;
    for (let number = 1; number <= targets; number += 1) {
      for (const [name, value] of [
        ['CF_ACCESS_CLIENT_ID', clientId],
        ['CF_ACCESS_CLIENT_SECRET', clientSecret],
      ] as const) {
        await script('set-secret.mjs', `acme/service-${number}`, name, value);
        processes += 1;
      }
    }
    return { wall: performance.now() - begun, requests: (await services.end()).requests.length, processes };
  };
  const rows: string[][] = [];
  try {
    for (const targets of [1, 3]) {
      const chosen = repositories(targets);
      await action.run({ inputs: chosen });
      const ours: number[] = [];
      const theirs: Awaited<ReturnType<typeof byHand>>[] = [];
      let requests = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        theirs.push(await byHand(targets));
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
