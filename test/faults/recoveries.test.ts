import { expect, it } from 'vitest';
import { runInProcess } from '../../sandbox/in-process-run.ts';
import { API, Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { pendingMark } from '../../src/observe/rotation-state.ts';
import { DAY, MINUTE } from '../../src/model/time.ts';
import { inUse } from './scenarios.ts';

const INPUTS = { repository: 'acme/web\nacme/api' };
/** Reading, both keys and write checks, reading the token again, and the rotation itself. */
const UNTIL_ROTATED = 3 + 2 + 4 + 1 + 1;

/** Rotated a day ago, and delivered to one of two targets. */
function halfDelivered(): Sandbox {
  const sandbox = new Sandbox();
  const { cloudflare, github, clock } = sandbox;
  inUse([WEB, API])(sandbox);
  const [token] = cloudflare.findByName('ci');
  const { secret } = cloudflare.rotate(token?.id ?? '', { previousExpiresAt: pendingMark(clock.now()) });
  clock.advance(MINUTE);
  github.setSecret(WEB.place, WEB.clientSecretName, secret);
  clock.advance(DAY);
  return sandbox;
}

/** Runs, and lets another run begin and end while that many requests were sent. */
async function overtakenAfter(sandbox: Sandbox, requests: number): Promise<readonly string[]> {
  let left = requests;
  let other: ReturnType<typeof runInProcess> | undefined;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    left -= 1;
    if (left < 0) await (other ??= runInProcess(sandbox, { inputs: INPUTS }));
    return sandbox.fetch(input, init);
  };
  const own = await runInProcess(sandbox, { inputs: INPUTS, fetch });
  const { outputs = {} } = (await other) ?? {};
  return [outputs['status'] ?? '', own.outputs['status'] ?? ''];
}

it.each(Array.from({ length: UNTIL_ROTATED }, (_, index) => index))(
  'a recovery that is overtaken after %i requests does not rotate once more inside the grace',
  async (requests) => {
    const sandbox = halfDelivered();
    const before = sandbox.cloudflare.findByName('ci')[0]?.version ?? 0;
    const [other, own] = await overtakenAfter(sandbox, requests);
    expect(other).toBe('rotated');
    expect(['failed', 'unchanged']).toContain(own);
    const [token] = sandbox.cloudflare.findByName('ci');
    expect(token?.version).toBe(before + 1);
    for (const target of [WEB, API]) expect(sandbox.storedPair(target).clientSecret).toBe(token?.secret);
  },
);
