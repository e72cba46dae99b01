import { describe, expect, it } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { DAY } from '../../src/model/time.ts';
import { actionSteps, scene, statuses } from './scene.ts';

const NAME = 'Take over a service token';
const mode = (name: string) => ({ event: 'workflow_dispatch', inputs: { mode: name } });

describe(NAME, () => {
  it('changes nothing until it is told to adopt, and then leaves 14 days to whoever holds the secret', async () => {
    const played = await scene();
    const { sandbox, run, logsIn } = played;
    const {
      id,
      clientId,
      secret: clientSecret,
    } = sandbox.cloudflare.createToken({
      scope: { kind: 'account', id: ACCOUNT },
      name: 'ci',
    });
    const opens = () => sandbox.cloudflare.authenticate(clientId, clientSecret).ok;
    expect(opens()).toBe(true);
    sandbox.github.setSecret(WEB.place, WEB.clientIdName, clientId);
    sandbox.github.setSecret(WEB.place, WEB.clientSecretName, clientSecret);
    sandbox.clock.advance(31 * DAY);

    const refused = await run('Rotate when it is due');
    expect(actionSteps(refused)[0]?.outputs).toMatchObject({ status: 'failed', reason: 'token-unmanaged' });

    const changes = () => [sandbox.github.changes.length, sandbox.cloudflare.mintedSecrets.length];
    const before = changes();
    const checked = await run(NAME, mode('check'));
    expect(actionSteps(checked)[0]?.outputs).toMatchObject({ status: 'due', reason: 'token-adopted' });
    const planned = await run(NAME, mode('plan'));
    expect(actionSteps(planned)[0]?.outputs).toMatchObject({ status: 'planned', reason: 'token-adopted' });
    expect(changes()).toEqual(before);
    expect(opens()).toBe(true);

    const adopted = await run(NAME, mode('adopt'));
    expect(actionSteps(adopted)[0]?.outputs).toMatchObject({ status: 'rotated', 'token-id': id });
    expect(sandbox.storedPair(WEB).clientId).toBe(clientId);
    expect(await logsIn(WEB)).toBe(true);
    sandbox.clock.advance(13 * DAY);
    expect(opens()).toBe(true);
    sandbox.clock.advance(2 * DAY);
    expect(opens()).toBe(false);
    expect(statuses(await run('Rotate when it is due'))).toEqual(['unchanged']);
  });
});
