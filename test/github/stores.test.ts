import { describe, expect, it } from 'vitest';
import { ClientSecret } from '../../src/client-secret.ts';
import { PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import { Bench } from './bench.ts';

describe('the secrets of a repository', () => {
  it('are read in one round trip', async () => {
    const bench = new Bench();
    const at = bench.sandbox.clock.now();
    bench.sandbox.github.setSecret(WEB.place, WEB.clientIdName, 'id');
    bench.sandbox.clock.advance(60_000);
    const state = await bench.observed();
    expect(state.clientId).toEqual({ updatedAt: at });
    expect(state.clientSecret).toBeUndefined();
    expect(bench.requests).toHaveLength(3);
  });

  it.each([WEB, PRODUCTION])('are written sealed to their own key: $place.kind', async (target) => {
    const bench = new Bench();
    const state = await bench.observed(target);
    await bench.stores.prove(state);
    await bench.stores.write(state, target.clientSecretName, new ClientSecret('the secret'));
    await bench.stores.write(state, target.clientIdName, 'the id');
    expect(bench.sandbox.storedPair(target)).toEqual({ clientId: 'the id', clientSecret: 'the secret' });
    expect(bench.sandbox.github.secretNames(target.place)).toHaveLength(2);
  });
});
