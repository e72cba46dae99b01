import { afterEach, describe, expect, test } from 'vitest';
import { contractProblems, refusal, send, setUp } from './github-octokit.ts';

afterEach(async () => {
  expect(await contractProblems()).toEqual([]);
});

const org = { org: 'acme' };
const ORGANIZATION = '/orgs/{org}/actions/variables';
const organizationPlace = { kind: 'organization', organization: 'acme', app: 'actions' } as const;
const repositoryPlace = { kind: 'repository', owner: 'acme', repository: 'web', app: 'actions' } as const;

describe('a variable of an organization', () => {
  async function created(body: object = {}) {
    const world = setUp();
    const create = (more: object) =>
      send(world.octokit(), `POST ${ORGANIZATION}`, { ...org, name: 'A', value: 'x', ...more });
    const patch = (data: object) => world.octokit().request(`PATCH ${ORGANIZATION}/A`, { ...org, data });
    if (Object.keys(body).length > 0) await create(body);
    return { ...world, create, patch, stored: () => world.github.variable(organizationPlace, 'A') };
  }

  test('needs a visibility when it is created, and keeps it when its value is updated', async () => {
    const { create, patch, stored, ids } = await created();
    const refused = await refusal(create({}));
    expect(refused).toMatchObject({
      status: 422,
      message: 'Invalid request.\n\nInvalid input: object is missing required key: visibility.',
      body: {
        documentation_url: 'https://docs.github.com/rest/actions/variables#create-an-organization-variable',
        status: '422',
      },
    });
    expect(await refusal(create({ visibility: 'public' }))).toMatchObject({ status: 422 });
    await create({ visibility: 'selected', selected_repository_ids: [ids.web] });
    await patch({ value: 'y' });
    expect(stored()).toMatchObject({ value: 'y', visibility: 'selected', repositoryIds: [ids.web] });
    await patch({ visibility: 'private' });
    expect(stored()).toMatchObject({ value: 'y', visibility: 'private', repositoryIds: [] });
    expect(await refusal(patch({ visibility: 'selected', selected_repository_ids: [1] }))).toMatchObject({
      status: 422,
    });
  });

  test('has its selected repositories read, set, added and removed', async () => {
    const { octokit, ids, stored } = await created({ visibility: 'selected' });
    const { rest } = octokit();
    const named = { ...org, name: 'a' };
    await rest.actions.setSelectedReposForOrgVariable({ ...named, selected_repository_ids: [ids.web] });
    await rest.actions.addSelectedRepoToOrgVariable({ ...named, repository_id: ids.api });
    const { data } = await rest.actions.listSelectedReposForOrgVariable(named);
    expect(data.repositories.map(({ id }) => id)).toEqual([ids.web, ids.api]);
    await rest.actions.removeSelectedRepoFromOrgVariable({ ...named, repository_id: ids.web });
    expect(stored()?.repositoryIds).toEqual([ids.api]);
    const told = await rest.actions.getOrgVariable(named);
    expect(told.data.selected_repositories_url).toBe(
      'https://api.github.com/orgs/acme/actions/variables/A/repositories',
    );
  });

  test('refuses all of that as a conflict if its visibility is not selected', async () => {
    const { octokit, ids } = await created({ visibility: 'private' });
    const { rest } = octokit();
    const named = { ...org, name: 'A' };
    const one = { ...named, repository_id: ids.web };
    for (const call of [
      rest.actions.listSelectedReposForOrgVariable(named),
      rest.actions.setSelectedReposForOrgVariable({ ...named, selected_repository_ids: [] }),
      rest.actions.addSelectedRepoToOrgVariable(one),
      rest.actions.removeSelectedRepoFromOrgVariable(one),
    ]) {
      expect(await refusal(call)).toMatchObject({ status: 409 });
    }
  });

  test('is seen by the repositories that may use it', async () => {
    const { octokit, github, ids } = setUp();
    const set = (name: string, visibility: 'all' | 'private' | 'selected', repositoryIds: number[] = []) => {
      github.setVariable(organizationPlace, name, 'x', { visibility, repositoryIds });
      github.setSecret(organizationPlace, name, 'x', { visibility, repositoryIds });
    };
    set('EVERY', 'all');
    set('INSIDE', 'private');
    set('CHOSEN', 'selected', [ids.site]);
    const { rest } = octokit();
    const seen = async (repo: string) => {
      const at = { owner: 'acme', repo };
      const variables = (await rest.actions.listRepoOrganizationVariables(at)).data.variables;
      const secrets = (await rest.actions.listRepoOrganizationSecrets(at)).data.secrets;
      expect(secrets.map(({ name }) => name)).toEqual(variables.map(({ name }) => name));
      return variables.map(({ name }) => name);
    };
    expect(await seen('web')).toEqual(['EVERY', 'INSIDE']);
    expect(await seen('site')).toEqual(['CHOSEN', 'EVERY']);
  });
});

test('a variable set by hand keeps who may use it, and Dependabot has none', () => {
  const { github, ids } = setUp();
  github.setVariable(organizationPlace, 'a', 'x', { visibility: 'selected', repositoryIds: [ids.web] });
  github.setVariable(organizationPlace, 'A', 'y');
  expect(github.variable(organizationPlace, 'A')).toMatchObject({ value: 'y', repositoryIds: [ids.web] });
  github.removeVariable(organizationPlace, 'a');
  expect(github.variableChanges.map(({ value, by }) => [value, by])).toEqual([
    ['x', 'hand'],
    ['y', 'hand'],
    [undefined, 'hand'],
  ]);
  expect(() => {
    github.setVariable({ ...repositoryPlace, app: 'dependabot' }, 'A', 'x');
  }).toThrow('dependabot has no variables');
});
