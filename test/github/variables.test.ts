import { describe, expect, it } from 'vitest';
import { PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import { GITHUB_TOKENS } from '../../sandbox/world.ts';
import { ClientSecret } from '../../src/model/client-secret.ts';
import type { OrganizationPlace, Target } from '../../src/model/target.ts';
import { repository } from './app-bench.ts';
import { Bench, failureOf, problemOf } from './bench.ts';

const inVariable = (target: Target): Target => ({ ...target, clientIdKind: 'variable' });
const ID = WEB.clientIdName;
const TARGET = inVariable(WEB);

function organization(more: Partial<OrganizationPlace> = {}): Target {
  const place: OrganizationPlace = {
    kind: 'organization',
    organization: 'acme',
    app: 'actions',
    visibility: undefined,
    repositories: undefined,
    ...more,
  };
  return inVariable({ ...WEB, place });
}

/** What was sent to variables so far, as `METHOD status`. */
function sent(bench: Bench): readonly string[] {
  return bench.log
    .filter(({ path }) => path.includes('/variables'))
    .map(({ method, status }) => `${method} ${String(status)}`);
}

function grantVariables(bench: Bench): Bench {
  for (const permission of ['actions_variables', 'organization_actions_variables', 'agent_variables']) {
    bench.sandbox.github.grant(GITHUB_TOKENS.write, permission, 'write');
  }
  return bench;
}

const benchWithVariables = (options: ConstructorParameters<typeof Bench>[0] = {}): Bench =>
  grantVariables(new Bench({ targets: [TARGET], ...options }));

describe('a client ID in a variable', () => {
  it.each([TARGET, inVariable(PRODUCTION), inVariable(repository('acme', 'web', 'agents')), organization()])(
    'is created, read, kept and changed: $place.app of the $place.kind',
    async (target) => {
      const bench = benchWithVariables();
      await bench.stores.writeClientId(await bench.observed(target), 'first');
      const state = await bench.observed(target);
      expect(state.clientId?.value).toBe('first');
      const before = bench.log.length;
      await bench.stores.writeClientId(state, 'first');
      expect(bench.log).toHaveLength(before);
      await bench.stores.writeClientId(state, 'second');
      expect(bench.sandbox.github.variable(target.place, ID)?.value).toBe('second');
      expect(sent(bench)).toEqual(['GET 404', 'POST 201', 'GET 200', 'PATCH 204']);
    },
  );

  it('is found and changed whatever the case of its name', async () => {
    const bench = benchWithVariables({ githubSwitches: { variableNamesKeepCase: true } });
    bench.sandbox.github.setVariable(WEB.place, 'Gate_Id', 'old');
    const target = { ...TARGET, clientIdName: 'gate_id' };
    const state = await bench.observed(target);
    expect(state.clientId?.value).toBe('old');
    await bench.stores.writeClientId(state, 'new');
    expect(bench.sandbox.github.variableNames(WEB.place)).toHaveLength(1);
    expect(bench.sandbox.github.variable(WEB.place, 'GATE_ID')?.value).toBe('new');
  });

  it('is created in upper case', async () => {
    const bench = benchWithVariables({ githubSwitches: { variableNamesKeepCase: true } });
    await bench.stores.writeClientId(await bench.observed({ ...TARGET, clientIdName: 'gate_id' }), 'id');
    expect(bench.sandbox.github.variableNames(WEB.place)).toEqual(['GATE_ID']);
  });

  it('is changed if somebody created it meanwhile', async () => {
    const bench = benchWithVariables();
    const state = await bench.observed(TARGET);
    bench.sandbox.github.setVariable(WEB.place, ID, 'theirs');
    await bench.stores.writeClientId(state, 'ours');
    expect(bench.sandbox.github.variable(WEB.place, ID)?.value).toBe('ours');
    expect(sent(bench)).toEqual(['GET 404', 'POST 409', 'PATCH 204']);
  });

  it('is created if somebody deleted it meanwhile', async () => {
    const bench = benchWithVariables();
    bench.sandbox.github.setVariable(WEB.place, ID, 'old');
    const state = await bench.observed(TARGET);
    bench.sandbox.github.removeVariable(WEB.place, ID);
    await bench.stores.writeClientId(state, 'ours');
    expect(bench.sandbox.github.variable(WEB.place, ID)?.value).toBe('ours');
    expect(sent(bench)).toEqual(['GET 200', 'PATCH 404', 'POST 201']);
  });

  it.each(['before', 'after'] as const)('is written although a reply is lost %s it', async (when) => {
    const bench = benchWithVariables();
    const state = await bench.observed(TARGET);
    bench.sandbox.faults.add({ name: 'lost', method: 'POST', effect: { kind: 'reset', when } });
    await bench.stores.writeClientId(state, 'id');
    expect(bench.sandbox.github.variable(WEB.place, ID)?.value).toBe('id');
    expect(bench.sandbox.faults.unused()).toEqual([]);
  });

  it('beside the same name in a secret is reported, whichever of the two is asked for', async () => {
    const bench = benchWithVariables();
    bench.sandbox.github.setSecret(WEB.place, ID, 'id');
    bench.sandbox.github.setVariable(WEB.place, ID, 'id');
    expect((await bench.observed(TARGET)).otherClientId).toBe('secret');
    const states = await bench.stores.observe([WEB, TARGET], () => false);
    expect(states.map((state) => state.kind === 'readable' && state.otherClientId)).toEqual([
      'variable',
      'secret',
    ]);
  });

  it('that was moved back to a secret is reported without listing variables', async () => {
    const bench = benchWithVariables();
    bench.sandbox.github.setSecret(WEB.place, WEB.clientSecretName, 'secret');
    bench.sandbox.github.setVariable(WEB.place, ID, 'id');
    expect((await bench.observed(WEB)).otherClientId).toBe('variable');
    const without = new Bench();
    without.sandbox.github.revokePermission(GITHUB_TOKENS.write, 'actions_variables');
    without.sandbox.github.setSecret(WEB.place, WEB.clientSecretName, 'secret');
    expect((await without.observed(WEB)).otherClientId).toBeUndefined();
  });

  it('is removed apart from a secret of the same name', async () => {
    const bench = benchWithVariables();
    bench.sandbox.github.setSecret(WEB.place, ID, 'id');
    bench.sandbox.github.setVariable(WEB.place, ID, 'id');
    expect(await bench.stores.removeClientId(TARGET)).toBe('deleted');
    expect(await bench.stores.removeClientId(TARGET)).toBe('absent');
    expect(bench.sandbox.github.secretNames(WEB.place)).toEqual([ID]);
    expect(await bench.stores.removeClientId(TARGET, 'secret')).toBe('deleted');
  });

  it('among many is found on whatever page it is', async () => {
    const bench = benchWithVariables();
    for (let i = 0; i < 95; i += 1) bench.sandbox.github.setVariable(WEB.place, `A_${i}`, 'x');
    const targets = ['Z_ONE', 'Z_TWO'].map((clientIdName) => ({ ...TARGET, clientIdName }));
    bench.sandbox.github.setVariable(WEB.place, 'Z_TWO', 'id');
    const states = await bench.stores.observe(targets, () => false);
    expect(states.map((state) => state.kind === 'readable' && state.clientId?.value)).toEqual([
      undefined,
      'id',
    ]);
    expect(bench.requests).toHaveLength(1 + 4);
  });
});

describe("an organization's variable", () => {
  it('keeps its visibility when it is changed', async () => {
    const bench = benchWithVariables();
    const target = organization();
    const ids = [bench.sandbox.github.addRepository({ owner: 'acme', name: 'docs' })];
    bench.sandbox.github.setVariable(target.place, ID, 'old', { visibility: 'selected', repositoryIds: ids });
    await bench.stores.writeClientId(await bench.observed(target), 'new');
    expect(bench.sandbox.github.variable(target.place, ID)).toMatchObject({
      value: 'new',
      visibility: 'selected',
      repositoryIds: ids,
    });
  });

  it('that is new is as visible as its secret', async () => {
    const bench = benchWithVariables();
    const target = organization();
    const ids = [bench.sandbox.github.addRepository({ owner: 'acme', name: 'docs' })];
    const sharing = { visibility: 'selected', repositoryIds: ids } as const;
    bench.sandbox.github.setSecret(target.place, WEB.clientSecretName, 'secret', sharing);
    await bench.stores.writeClientId(await bench.observed(target), 'id');
    expect(bench.sandbox.github.variable(target.place, ID)).toMatchObject(sharing);
  });

  it('is private if nothing else is said, and shared as the target says', async () => {
    const bench = benchWithVariables();
    await bench.stores.writeClientId(await bench.observed(organization()), 'id');
    expect(bench.sandbox.github.variable(organization().place, ID)?.visibility).toBe('private');
    const shared = organization({ visibility: 'all' });
    await bench.stores.writeClientId(await bench.observed(shared), 'id');
    expect(bench.sandbox.github.variable(shared.place, ID)).toMatchObject({ value: 'id', visibility: 'all' });
    const named = organization({ visibility: 'selected', repositories: ['web'] });
    await bench.stores.writeClientId(await bench.observed(named), 'id');
    expect(bench.sandbox.github.variable(named.place, ID)?.repositoryIds).toHaveLength(1);
  });
});

describe('a write check', () => {
  const withSecret = (bench: Bench): Bench => {
    bench.sandbox.github.setSecret(WEB.place, WEB.clientSecretName, 'old');
    return bench;
  };

  it('leaves out a variable that holds the client ID already', async () => {
    const bench = withSecret(benchWithVariables());
    bench.sandbox.github.setVariable(WEB.place, ID, 'id');
    const state = await bench.observed(TARGET);
    await bench.stores.checkWrite(state, { clientId: 'id' });
    await bench.stores.writeClientSecret(state, new ClientSecret('new'));
    await bench.stores.writeClientId(state, 'id');
    // Both lists, the key, the check, and one write.
    expect(bench.requests).toHaveLength(5);
  });

  it.each([
    ['one that has to be changed', 'old', ['DELETE 404']],
    ['one that has to be created', undefined, ['DELETE 404', 'POST 201', 'DELETE 204']],
  ])('proves that variables can be written for %s', async (_what, stored, expected) => {
    const bench = withSecret(benchWithVariables());
    if (stored !== undefined) bench.sandbox.github.setVariable(WEB.place, ID, stored);
    await bench.stores.checkWrite(await bench.observed(TARGET), { clientId: 'id' });
    expect(sent(bench).slice(1)).toEqual(expected);
    expect(bench.sandbox.github.variableNames(WEB.place)).toEqual(stored === undefined ? [] : [ID]);
  });

  it('names the permission for variables that is missing', async () => {
    const bench = withSecret(benchWithVariables());
    bench.sandbox.github.grant(GITHUB_TOKENS.write, 'actions_variables', 'read');
    const problem = await failureOf(bench.stores.checkWrite(await bench.observed(TARGET)));
    expect(problem).toMatchObject({ code: 'github-permission-missing', applied: 'no', status: 403 });
    expect(problem.text).toContain('acme/web: GitHub did not let its variables be written');
    expect(problem.text).toContain('Variables: read and write');
    expect(problem.text).toContain('`actions_variables=write`');
  });

  it('meets the limit on how many variables there may be', async () => {
    const bench = withSecret(benchWithVariables());
    bench.sandbox.github.switches.maximumVariables.repository = 1;
    bench.sandbox.github.setVariable(WEB.place, 'OTHER', 'x');
    const problem = await failureOf(bench.stores.checkWrite(await bench.observed(TARGET)));
    expect(problem).toMatchObject({ code: 'github-rejected', status: 422 });
    expect(bench.sandbox.github.variableNames(WEB.place)).toEqual(['OTHER']);
  });
});

describe('variables that cannot be read', () => {
  it('are a problem of the targets that want one, and not of their neighbours', async () => {
    const bench = new Bench();
    bench.sandbox.github.revokePermission(GITHUB_TOKENS.write, 'actions_variables');
    const [one, other] = await bench.stores.observe([TARGET, WEB], () => false);
    if (one === undefined || other === undefined) throw new Error('two states');
    expect(problemOf(one)).toMatch(
      /^github-permission-missing: acme\/web: GitHub did not show its variables/,
    );
    expect(problemOf(one)).toContain('Repository permissions > Variables: read and write');
    expect(other.kind).toBe('readable');
  });

  it('are explained to a workflow that uses its own token', async () => {
    const bench = new Bench({ token: GITHUB_TOKENS.workflow });
    expect(problemOf(await bench.observe(TARGET))).toContain(
      'GITHUB_TOKEN can never reach secrets or variables',
    );
  });

  it.each(['dependabot', 'codespaces'] as const)('are those of %s, before anything is sent', async (app) => {
    const bench = new Bench();
    const text = problemOf(await bench.observe(inVariable(repository('acme', 'web', app))));
    expect(text).toMatch(new RegExp(`^secrets-not-offered: .*GitHub has no ${app} variables`));
    expect(bench.log).toEqual([]);
  });

  it("say GitHub's own words of a name that it refuses", async () => {
    const bench = benchWithVariables();
    const target = { ...TARGET, clientIdName: 'GITHUB_ID' };
    const problem = await failureOf(bench.stores.writeClientId(await bench.observed(target), 'id'));
    expect(problem.text).toContain('(422: Variable names must not start with GITHUB_)');
  });
});
