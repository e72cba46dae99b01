import { minuteOf } from '../../src/model/calendar.ts';
import { expect } from 'vitest';
import { API, PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import { CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from '../../sandbox/world.ts';
import { DAY } from '../../src/model/time.ts';
import { storyInProcess, type Inputs, type Part, type Here } from './story.ts';

/** A run whose delivery would be refused: nothing is rotated, and the first error says why. */
async function notRotated(stage: Here, inputs: Inputs): Promise<string> {
  const { run, existing, later, token, logsIn } = stage;
  existing();
  later(DAY);
  const step = await run(inputs);
  expect(step.outputs).toMatchObject({ status: 'failed', changed: 'false' });
  expect(token().version).toBe(2);
  expect(await logsIn()).toBe(true);
  return errors(step)[0] ?? '';
}

function errors({ annotations }: Part): string[] {
  return annotations.filter(({ level }) => level === 'error').map(({ message }) => message);
}

storyInProcess(
  "the workflow's own GITHUB_TOKEN cannot write secrets, and it is said what can",
  async (stage) => {
    const error = await notRotated(stage, { 'github-token': GITHUB_TOKENS.workflow });
    expect(error).toMatch(
      /^acme\/web: .*GITHUB_TOKEN can never reach secrets.*github-app-client-id.*personal access token/,
    );
  },
);

storyInProcess('a token that may only read is found out before anything is rotated', async (stage) => {
  const error = await notRotated(stage, { 'github-token': GITHUB_TOKENS.read });
  expect(error).toMatch(/fine-grained token .* lacks a permission.*secrets=write|Secrets: read and write/);
});

storyInProcess('a token that GitHub does not know is told from one that may not', async (stage) => {
  expect(await notRotated(stage, { 'github-token': 'ghp_unknown_to_github' })).toContain(
    'wrong, expired or revoked',
  );
});

storyInProcess('a repository that is not there, or not to be seen, is named', async (stage) => {
  const targets = 'repository=acme/web\nrepository=acme/hidden';
  expect(await notRotated(stage, { targets })).toContain(
    'there is no repository acme/hidden, or github-token does not see it',
  );
});

storyInProcess('an environment that is missing is told from a repository that is', async (stage) => {
  const error = await notRotated(stage, { targets: 'repository=acme/web\nenvironment=prodution' });
  expect(error).toContain('acme/web is there, but it has no environment prodution');
});

storyInProcess(
  'a repository that has moved gets no secret sent on, and the error says where it is',
  async (stage) => {
    const { sandbox } = stage;
    sandbox.github.addRepository({ owner: 'acme', name: 'old' });
    sandbox.github.moveRepository({ owner: 'acme', name: 'old' }, { owner: 'acme', name: 'new' });
    const error = await notRotated(stage, { targets: 'repository=acme/web\nrepository=acme/old' });
    expect(error).toContain('renamed or transferred, and is acme/new now');
  },
);

storyInProcess('an archived repository takes nothing', async (stage) => {
  stage.sandbox.github.archiveRepository('acme', 'api');
  const error = await notRotated(stage, { targets: 'repository=acme/web\nrepository=acme/api' });
  expect(error).toContain('the repository is archived');
});

storyInProcess('an environment that is proven missing is created, where the step says so', async (stage) => {
  const { run, sandbox, logsIn } = stage;
  sandbox.github.grant(GITHUB_TOKENS.write, 'administration', 'write');
  const step = await run({ environment: 'preview', 'create-environment': 'true' });
  expect(step.outputs['status']).toBe('created');
  const { kind, owner, repository, app } = {
    ...PRODUCTION.place,
    kind: 'environment',
    owner: 'acme',
    repository: 'web',
    app: 'actions',
  } as const;
  expect(
    await logsIn({ ...PRODUCTION, place: { kind, owner, repository, app, environment: 'preview' } }),
  ).toBe(true);
});

storyInProcess('where Cloudflare only lets read, nothing is rotated', async (stage) => {
  const { run, existing, later, token, logsIn } = stage;
  existing();
  later(DAY);
  const step = await run({ 'cloudflare-api-token': CLOUDFLARE_CREDENTIALS.read });
  expect(step.outputs).toMatchObject({ status: 'failed', changed: 'false' });
  expect(errors(step)[0]).toContain('Access: Service Tokens Write');
  expect([await logsIn(), token().version]).toEqual([true, 2]);
});

storyInProcess(
  'a Cloudflare token that is unknown is refused before anything else',
  async ({ run, sandbox }) => {
    const step = await run({ 'cloudflare-api-token': 'cfat_unknown_to_cloudflare' });
    expect(step.outputs).toMatchObject({
      status: 'failed',
      reason: 'cloudflare-credentials',
      changed: 'false',
    });
    expect(sandbox.faults.log.every(({ method }) => method === 'GET')).toBe(true);
  },
);

storyInProcess(
  'of two targets one refuses: neither gets anything, and the token stays as it is',
  async (stage) => {
    const { run, existing, later, sandbox, token, logsIn } = stage;
    existing([WEB, PRODUCTION]);
    later(DAY);
    sandbox.github.grant(GITHUB_TOKENS.write, 'environments', 'read');
    const step = await run({ targets: 'repository=acme/web\nenvironment=production' });
    expect(step.outputs).toMatchObject({ status: 'failed', changed: 'false' });
    expect(JSON.parse(step.outputs['targets'] ?? '')).toMatchObject([
      { status: 'unchanged' },
      { status: 'failed' },
    ]);
    expect(errors(step).join()).toContain(
      'Nothing was created or rotated, because a target cannot be written',
    );
    expect([await logsIn(WEB), await logsIn(PRODUCTION), token().version]).toEqual([true, true, 2]);
  },
);

storyInProcess(
  'with force the other target goes on, and it is said until when the old secret works',
  async (stage) => {
    const { run, existing, later, sandbox, queue, logsIn } = stage;
    existing([WEB, PRODUCTION]);
    later(DAY);
    sandbox.github.grant(GITHUB_TOKENS.write, 'environments', 'read');
    const step = await run({ targets: 'repository=acme/web\nenvironment=production', force: 'true' });
    expect(step.outputs).toMatchObject({ status: 'failed', changed: 'true' });
    expect(JSON.parse(step.outputs['targets'] ?? '')).toMatchObject([
      { status: 'delivered' },
      { status: 'failed' },
    ]);
    const end = step.outputs['previous-secret-expires-at'] ?? '';
    const warnings = step.annotations
      .filter(({ level }) => level === 'warning')
      .map(({ message }) => message);
    expect(warnings.join()).toContain(`works until ${minuteOf(Date.parse(end))}`);
    expect([await logsIn(WEB), await logsIn(PRODUCTION)]).toEqual([true, true]);
    const held = queue(PRODUCTION);
    later(Date.parse(end) - sandbox.clock.now());
    expect((await held.logIn()).accepted).toBe(false);
  },
);

storyInProcess(
  'a created token that one of two targets refuses mid-way is kept, and the next run completes it',
  async (stage) => {
    const { run, sandbox, later, logsIn } = stage;
    const path = /acme\/api\/actions\/secrets\/CF_ACCESS_CLIENT_SECRET/;
    const effect = { kind: 'reply', when: 'before', status: 500 } as const;
    sandbox.faults.add({ name: 'refusal', service: 'github', method: 'PUT', path, effect });
    const both = { repository: 'acme/web\nacme/api' };
    const step = await run({ ...both, 'max-wait': '0s' });
    expect(step.outputs).toMatchObject({ status: 'failed', changed: 'true' });
    expect([await logsIn(WEB), await logsIn(API)]).toEqual([true, false]);
    later(DAY);
    expect((await run(both)).outputs['status']).toBe('rotated');
    expect([await logsIn(WEB), await logsIn(API)]).toEqual([true, true]);
  },
);

storyInProcess('a created token that reaches no target is deleted again', async (stage) => {
  const { run, sandbox, logsIn } = stage;
  const effect = { kind: 'reply', when: 'before', status: 422, body: '{"message":"no"}' } as const;
  const path = /CF_ACCESS_CLIENT_SECRET$/;
  sandbox.faults.add({ name: 'refusal', service: 'github', method: 'PUT', path, effect });
  const step = await run();
  expect(step.outputs).toMatchObject({ status: 'failed', changed: 'false' });
  expect(errors(step).join()).toContain('the token was deleted again');
  expect(sandbox.cloudflare.list()).toEqual([]);
  expect((await run()).outputs['status']).toBe('created');
  expect(await logsIn()).toBe(true);
});

storyInProcess(
  'a public key that was replaced between reading and writing is fetched once more',
  async (stage) => {
    const { run, existing, later, sandbox, logsIn } = stage;
    existing();
    later(DAY);
    sandbox.faults.onExchange = ({ method, service }) => {
      if (method !== 'PUT' || service !== 'cloudflare') return;
      sandbox.faults.onExchange = undefined;
      sandbox.github.rotateKey(WEB.place);
    };
    const step = await run();
    expect(step.outputs['status']).toBe('rotated');
    expect(step.requests.filter(({ status }) => status === 422).length).toBeGreaterThanOrEqual(1);
    expect(await logsIn()).toBe(true);
  },
);
