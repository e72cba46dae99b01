import { expect } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from '../../sandbox/world.ts';
import { DAY } from '../../src/model/time.ts';
import { story, storyInProcess } from './story.ts';

const READ_ONLY = {
  operation: 'check',
  'cloudflare-api-token': CLOUDFLARE_CREDENTIALS.read,
  'github-token': GITHUB_TOKENS.read,
};
const WHOLE_ACCOUNT = { ...READ_ONLY, 'token-name': '', 'github-token': '' };

storyInProcess('a check of a token in order is quiet, however old its secret is', async (stage) => {
  const { run, existing, later } = stage;
  existing();
  later(200 * DAY);
  const step = await run(READ_ONLY);
  expect(step.outputs).toMatchObject({ status: 'unchanged', reason: 'secret-fresh', changed: 'false' });
  expect(step.annotations).toEqual([]);
});

storyInProcess('a check finds what a rotation would do, with permission to read alone', async (stage) => {
  const { run, existing, later, sandbox } = stage;
  existing();
  later(40 * DAY);
  const due = await run({ ...READ_ONLY, 'rotate-after': '30d' });
  expect(due.outputs).toMatchObject({ status: 'due', reason: 'secret-due', changed: 'false' });
  expect(due.annotations.map(({ level }) => level)).toEqual(['error']);
  sandbox.github.removeSecret(WEB.place, WEB.clientIdName);
  const half = await run(READ_ONLY);
  expect(half.outputs).toMatchObject({ status: 'due', reason: 'client-id-missing' });
  expect(half.outputs['message']).toContain('write the client ID');
  expect(sandbox.faults.log.every(({ method }) => method === 'GET')).toBe(true);
});

storyInProcess('a check fails for what would stop a rotation', async (stage) => {
  const { run, existing, sandbox } = stage;
  sandbox.cloudflare.setEnabled(existing().id, false);
  expect((await run(READ_ONLY)).outputs).toMatchObject({ status: 'failed', reason: 'token-disabled' });
});

storyInProcess('a check without GitHub credentials looks at the token alone, and says so', async (stage) => {
  const { run, existing, later } = stage;
  existing([]);
  const step = await run({ ...READ_ONLY, 'github-token': '' });
  expect(step.outputs).toMatchObject({ status: 'unchanged', targets: '[]' });
  expect(step.log).toContain('No target was read.');
  later(350 * DAY);
  expect((await run({ ...READ_ONLY, 'github-token': '' })).outputs).toMatchObject({
    status: 'due',
    reason: 'expires-soon',
  });
});

storyInProcess(
  'a check of a named target without GitHub credentials is an error',
  async ({ run, sandbox }) => {
    const step = await run({ ...READ_ONLY, 'github-token': '', repository: 'acme/api' });
    expect(step.outputs).toMatchObject({ status: 'failed', reason: 'settings' });
    expect(sandbox.faults.log).toEqual([]);
  },
);

storyInProcess('a check of a target that cannot be read fails, and names it', async ({ run, existing }) => {
  existing();
  const step = await run({ ...READ_ONLY, targets: 'repository=acme/web\nrepository=acme/gone' });
  expect(step.outputs['status']).toBe('failed');
  expect(step.outputs['message']).toContain('acme/gone');
});

storyInProcess('a check of the whole account tells what each token suffers from', async (stage) => {
  const { run, sandbox, later } = stage;
  const scope = { kind: 'account', id: ACCOUNT } as const;
  const make = (name: string, duration?: string) =>
    sandbox.cloudflare.createToken({ scope, name, ...(duration === undefined ? {} : { duration }) });
  make('well');
  make('eternal', 'forever');
  make('short', '240h');
  make('dead', '24h');
  sandbox.cloudflare.setEnabled(make('off').id, false);
  make('twin');
  make('twin');
  later(8 * DAY);
  const step = await run(WHOLE_ACCOUNT);
  expect(step.outputs).toMatchObject({ status: 'due', reason: 'account-checked', targets: '[]' });
  const found = JSON.parse(step.outputs['tokens'] ?? '') as {
    name: string;
    problems: { message: string }[];
  }[];
  expect(
    Object.fromEntries(found.map(({ name, problems }) => [name, problems.map(({ message }) => message)])),
  ).toEqual({
    well: [],
    eternal: [],
    short: [expect.stringContaining('expires in 2 days')],
    dead: [expect.stringContaining('expired 7 days ago')],
    off: ['is disabled'],
    twin: ['shares its name with another token'],
  });
  expect(step.annotations.filter(({ level }) => level === 'warning').length).toBe(5);
  expect(step.requests.every(({ method }) => method === 'GET')).toBe(true);
});

storyInProcess('a check of an account in order passes, over as many pages as it takes', async (stage) => {
  const { run, sandbox } = stage;
  const scope = { kind: 'account', id: ACCOUNT } as const;
  for (let n = 1; n <= 101; n += 1) sandbox.cloudflare.createToken({ scope, name: `token ${n}` });
  const step = await run(WHOLE_ACCOUNT);
  expect(step.outputs).toMatchObject({ status: 'unchanged' });
  expect(JSON.parse(step.outputs['tokens'] ?? '')).toHaveLength(101);
});

story('a check says how verify-url is protected, or that it is not', async (stage) => {
  const { run, existing, origins, sandbox } = stage;
  existing();
  const url = { 'verify-url': `${origins.application}/health` };
  const step = await run({ ...READ_ONLY, ...url });
  expect(step.outputs['status']).toBe('unchanged');
  expect(step.log).toContain('Access protects verify-url: 403 with cf-access headers.');
  sandbox.application.settings.access = 'unprotected';
  expect((await run({ ...READ_ONLY, ...url })).outputs['status']).toBe('failed');
});
