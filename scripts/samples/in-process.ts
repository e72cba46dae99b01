import { runInProcess, type Transcript } from '../../sandbox/in-process-run.ts';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { ORIGINS } from '../../sandbox/world.ts';
import type { Situation } from './scene.ts';

/** As the runner sets them for a step that uses a released action. */
export const RELEASED = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_ACTION_REPOSITORY: 'acme/cloudflare-access-service-token',
  GITHUB_ACTION_REF: 'v1',
};

/** Plays a situation with the source in this process; @returns what its last run left, and the world after it. */
export async function playInProcess({
  world = {},
  tell,
}: Situation): Promise<{ readonly sandbox: Sandbox; readonly last: Transcript }> {
  const sandbox = new Sandbox(world);
  let last: Transcript | undefined;
  await tell({
    sandbox,
    application: ORIGINS.application,
    run: async (inputs = {}) => {
      last = await runInProcess(sandbox, { inputs, env: RELEASED });
      return last.outputs;
    },
  });
  if (last === undefined) throw new Error('nothing ran');
  return { sandbox, last };
}
