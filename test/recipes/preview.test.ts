import { describe, expect, it } from 'vitest';
import type { Occasion } from '../../sandbox/workflow/run-workflow.ts';
import { DAY } from '../../src/model/time.ts';
import { environmentOfWeb, installation, scene, statuses } from './scene.ts';

const NAME = 'Preview environment';
const PREVIEW = environmentOfWeb('preview-7');

/** Something happens to pull request 7. */
function pullRequest(action: string, from = 'acme/web'): Occasion {
  return {
    event: 'pull_request',
    payload: { action, number: 7, pull_request: { number: 7, head: { repo: { full_name: from } } } },
  };
}

async function play() {
  const tokens: Readonly<Record<string, string>>[] = [];
  const permissions = { environments: 'write', administration: 'write' } as const;
  const token = 'ghs_from_the_app';
  const played = await scene({
    installations: [installation('acme', permissions)],
    prepare: ({ github }) => {
      github.addToken({ token, kind: 'installation', permissions: { administration: 'write' } });
    },
    surroundings: {
      outside: {
        'actions/create-github-app-token': (inputs) => {
          tokens.push(inputs);
          return { token };
        },
      },
    },
  });
  const exists = () => played.sandbox.github.environmentProtection('acme', 'web', 'preview-7') !== undefined;
  return { ...played, tokens, exists };
}

describe(NAME, () => {
  it('comes with the first push, lasts through later ones, and is gone when the pull request is closed', async () => {
    const { sandbox, run, logsIn, tokens, exists } = await play();
    const opened = await run(NAME, pullRequest('opened'));
    expect(opened.jobs.map(({ conclusion }) => conclusion)).toEqual(['success', 'success', 'skipped']);
    expect(statuses(opened)).toEqual(['created']);
    expect(exists()).toBe(true);
    expect(await logsIn(PREVIEW)).toBe(true);
    expect(opened.jobs[1]?.steps[0]?.log).toContain('"status":"ok"');

    const pair = sandbox.storedPair(PREVIEW);
    sandbox.clock.advance(DAY);
    expect(statuses(await run(NAME, pullRequest('synchronize')))).toEqual(['unchanged']);
    expect(sandbox.storedPair(PREVIEW)).toEqual(pair);
    expect(await logsIn(PREVIEW)).toBe(true);

    const closed = await run(NAME, pullRequest('closed'));
    expect(closed.jobs.map(({ conclusion }) => conclusion)).toEqual(['skipped', 'skipped', 'success']);
    expect(statuses(closed)).toEqual(['deleted']);
    expect(sandbox.cloudflare.findByName('preview-7')).toEqual([]);
    expect(exists()).toBe(false);
    const { clientId = '', clientSecret = '' } = pair;
    expect(sandbox.cloudflare.authenticate(clientId, clientSecret).ok).toBe(false);
    expect(tokens).toMatchObject([{ 'permission-administration': 'write' }]);
    expect(tokens[0]?.['private-key']).toContain('PRIVATE KEY');
  });

  it('goes on from where it failed: in creating, and in removing', async () => {
    const { sandbox, run, logsIn, exists } = await play();
    sandbox.faults.add({
      name: 'GitHub takes no client ID',
      service: 'github',
      method: 'PUT',
      path: /CF_ACCESS_CLIENT_ID$/,
      times: Infinity,
      effect: { kind: 'reply', when: 'before', status: 503 },
    });
    const failed = await run(NAME, pullRequest('opened'));
    expect(failed.jobs.map(({ conclusion }) => conclusion)).toEqual(['failure', 'skipped', 'skipped']);
    sandbox.faults.clear();
    expect((await run(NAME, pullRequest('synchronize'))).conclusion).toBe('success');
    expect(await logsIn(PREVIEW)).toBe(true);

    sandbox.faults.add({
      name: 'GitHub removes nothing',
      service: 'github',
      method: 'DELETE',
      times: Infinity,
      effect: { kind: 'reply', when: 'before', status: 503 },
    });
    expect((await run(NAME, pullRequest('closed'))).conclusion).toBe('failure');
    expect(sandbox.cloudflare.findByName('preview-7')).toEqual([]);
    expect(sandbox.storedPair(PREVIEW).clientSecret).toBeDefined();
    sandbox.faults.clear();
    expect((await run(NAME, pullRequest('closed'))).conclusion).toBe('success');
    expect(exists()).toBe(false);
  });

  it('is not for pull requests from forks', async () => {
    const { sandbox, run } = await play();
    for (const action of ['opened', 'closed']) {
      const { jobs } = await run(NAME, pullRequest(action, 'mallory/web'));
      expect(jobs.map(({ conclusion }) => conclusion)).toEqual(['skipped', 'skipped', 'skipped']);
    }
    expect(sandbox.faults.log).toEqual([]);
  });
});
