import { describe, expect, it } from 'vitest';
import { countRequests, OPERATIONS } from '../../bench/operations.ts';

/** Requests to Cloudflare and to GitHub. */
const BUDGET: Readonly<Record<string, readonly [cloudflare: number, github: number]>> = {
  'create, 1 target': [5, 7],
  'rotate, 1 target': [4, 5],
  'rotate, 3 targets': [4, 15],
  'rotate, 10 targets': [4, 50],
  'nothing to do, 1 target': [1, 1],
  'nothing to do, 10 targets': [1, 10],
  'rotate, 1 target, client ID in a variable': [4, 5],
  'nothing to do, 1 target, client ID in a variable': [1, 2],
  'nothing to do, 3 tokens in 2 places': [1, 2],
  check: [1, 1],
  'check, whole account': [1, 0],
  renew: [3, 0],
  revoke: [2, 0],
  delete: [2, 3],
  'lease and its post step': [3, 0],
};

describe('the requests of an operation', () => {
  it('are counted for every operation that has a budget', () => {
    expect(OPERATIONS.map(({ name }) => name)).toEqual(Object.keys(BUDGET));
  });

  it.each(OPERATIONS)('$name', async (operation) => {
    const { cloudflare, github } = await countRequests(operation);
    expect([cloudflare, github]).toEqual(BUDGET[operation.name]);
  });
});
