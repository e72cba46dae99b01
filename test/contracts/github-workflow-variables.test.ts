import { describe, expect, onTestFinished, test } from 'vitest';
import { queueJob } from '../../sandbox/consumer.ts';
import { PRODUCTION, Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { startMachine } from '../../sandbox/workflow/machine.ts';
import { runWorkflow } from '../../sandbox/workflow/run-workflow.ts';
import { parseWorkflow } from '../../sandbox/workflow/workflow.ts';
import { ACCOUNT, GITHUB_TOKENS } from '../../sandbox/world.ts';

const organization = { kind: 'organization', organization: 'acme', app: 'actions' } as const;
const shared = { visibility: 'all', repositoryIds: [] } as const;

/** Runs one job with these lines; gives the log of each step and the conclusion. */
async function play(sandbox: Sandbox, job: string) {
  const machine = await startMachine(sandbox);
  onTestFinished(machine.close);
  const workflow = parseWorkflow(`name: Sample\non: push\njobs:\n  a:\n${job}`);
  const surroundings = { machine, owner: 'acme', repository: 'web', vars: {} };
  const { conclusion, jobs } = await runWorkflow(workflow, { event: 'push' }, surroundings);
  return { conclusion, logs: jobs[0]?.steps.map(({ log }) => log) };
}

describe('a workflow', () => {
  test('has the variables of its organization, its repository and its environment, the narrowest first', async () => {
    const sandbox = new Sandbox();
    const { github } = sandbox;
    for (const name of ['A', 'B', 'C']) github.setVariable(organization, name, 'organization', shared);
    for (const name of ['B', 'C']) github.setVariable(WEB.place, name, 'repository');
    github.setVariable(PRODUCTION.place, 'C', 'environment');
    github.setVariable(organization, 'HIDDEN', 'x', { visibility: 'selected', repositoryIds: [] });
    const step = "steps: [{ run: 'echo ${{ vars.A }} ${{ vars.B }} ${{ vars.C }}' }]";
    expect(await play(sandbox, `    environment: production\n    ${step}`)).toMatchObject({
      logs: ['organization repository environment'],
    });
    expect(await play(sandbox, `    ${step}`)).toMatchObject({
      logs: ['organization repository repository'],
    });
    await expect(play(sandbox, "    steps: [{ run: '${{ vars.HIDDEN }}' }]")).rejects.toThrow('HIDDEN');
  });

  test('sets variables by the command line of GitHub, which later runs see', async () => {
    const sandbox = new Sandbox();
    const { github } = sandbox;
    github.setVariable(WEB.place, 'ID', 'old');
    github.setSecret(WEB.place, 'TOKEN', GITHUB_TOKENS.write);
    const set = `
    env: { GH_TOKEN: '\${{ secrets.TOKEN }}', GH_REPO: '\${{ github.repository }}' }
    steps:
      - run: gh variable set ID --body new
      - run: echo created | gh variable set OTHER
      - run: gh variable set ID --env production --body narrow
      - run: gh variable set ID --org acme --repos web,acme/api --body shared
      - run: gh variable set ID --org acme --visibility all --body wide
      - run: echo '\${{ vars.ID }}'`;
    const { conclusion, logs } = await play(sandbox, set);
    expect([conclusion, logs?.at(-1)]).toEqual(['success', 'old']);
    expect(github.variable(WEB.place, 'ID')?.value).toBe('new');
    expect(github.variable(WEB.place, 'OTHER')?.value).toBe('created');
    expect(github.variable(PRODUCTION.place, 'ID')?.value).toBe('narrow');
    expect(github.variable(organization, 'ID')).toMatchObject({ value: 'wide', visibility: 'all' });
    expect(await play(sandbox, "    steps: [{ run: 'echo ${{ vars.ID }}' }]")).toMatchObject({
      logs: ['new'],
    });
  });

  test.each([
    [
      'a token that may only read',
      '${{ secrets.TOKEN }}',
      'Resource not accessible by personal access token',
    ],
    [
      'its own token, whatever it is granted',
      '${{ github.token }}',
      'Resource not accessible by integration',
    ],
  ])('fails with what GitHub says to %s', async (_what, token, refusal) => {
    const sandbox = new Sandbox();
    sandbox.github.setSecret(WEB.place, 'TOKEN', GITHUB_TOKENS.read);
    const { conclusion, logs } = await play(
      sandbox,
      `
    permissions: { actions: write, contents: write }
    steps:
      - run: gh variable set ID --body new
        env: { GH_TOKEN: '${token}', GH_REPO: acme/web }`,
    );
    expect(conclusion).toBe('failure');
    expect(logs?.[0]).toContain(`failed to set variable "ID": HTTP 403: ${refusal}`);
    expect(sandbox.github.variableChanges).toEqual([]);
  });
});

describe('a job that logs in with a client ID from a variable', () => {
  function world() {
    const sandbox = new Sandbox();
    const token = sandbox.cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name: 'ci' });
    const store = ({ place, clientIdName, clientSecretName }: typeof WEB, clientId = token.clientId) => {
      sandbox.github.setVariable(place, clientIdName, clientId);
      sandbox.github.setSecret(place, clientSecretName, token.secret);
    };
    return { sandbox, token, store };
  }

  test('is accepted, and one that expects it in a secret is not', async () => {
    const { sandbox, store } = world();
    store(WEB);
    expect(await queueJob(sandbox, { ...WEB, clientIdKind: 'variable' }).logIn()).toMatchObject({
      accepted: true,
    });
    expect(sandbox.logsIn({ ...WEB, clientIdKind: 'variable' })).toBe(true);
    expect(await queueJob(sandbox, WEB).logIn()).toMatchObject({ accepted: false });
  });

  test('has the variable as it was queued or as it starts, and the secret as it was queued', async () => {
    const { sandbox, store, token } = world();
    store(WEB, 'old.access');
    const target = { ...WEB, clientIdKind: 'variable' } as const;
    const early = queueJob(sandbox, target);
    const late = queueJob(sandbox, target, { variablesReadAt: 'start' });
    expect([early.pair()?.clientId, late.pair()]).toEqual(['old.access', undefined]);
    sandbox.github.setVariable(WEB.place, WEB.clientIdName, token.clientId);
    sandbox.github.setSecret(WEB.place, WEB.clientSecretName, 'later');
    expect(await early.logIn()).toMatchObject({ accepted: false });
    expect(await late.logIn()).toMatchObject({ accepted: true });
    expect(late.pair()).toEqual({ clientId: token.clientId, clientSecret: token.secret });
  });

  test('has both from its environment when it starts', async () => {
    const { sandbox, store } = world();
    const job = queueJob(sandbox, { ...PRODUCTION, clientIdKind: 'variable' });
    store(PRODUCTION);
    expect(job.pair()).toBeUndefined();
    expect(await job.logIn()).toMatchObject({ accepted: true });
  });
});
