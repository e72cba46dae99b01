import { fields } from '../../src/http/json.ts';
import { parseKey, seal } from '../../src/github/seal.ts';
import { instantOf, type GitHubBench, type Tell, type Trial } from './lab.ts';
import { demand, described, itemsOf, type Answer, Undecided } from './service.ts';

const MINUTE = 60_000;

/** Repository secrets. */
export const SECRETS_TRIAL: Trial<GitHubBench> = {
  ids: [
    'delete-absent-secret',
    'secret-statuses',
    'secret-updated-at',
    'unopenable-value',
    'github-rate-limit-headers',
  ],
  run: async (bench, tell) => {
    const { api, repository, names, randomBytes } = bench;
    const secrets = `${repository}/actions/secrets`;
    const absent = await api.send('DELETE', `${secrets}/${names.nextGitHub()}`);
    tell('delete-absent-secret', absenceOf(absent), described(absent));
    const has = (name: string): boolean => absent.headers.has(`x-ratelimit-${name}`);
    tell('github-rate-limit-headers', has('remaining') && has('reset') ? 'both' : 'missing');

    const key = fields(demand('read the public key', await api.send('GET', `${secrets}/public-key`)).body);
    const bytes = parseKey(String(key['key']));
    if (bytes === undefined) throw new Undecided('the public key has not 32 bytes');
    const keyId = String(key['key_id']);
    const sealed = async (to: Uint8Array): Promise<object> => ({
      encrypted_value: await seal({ key: to }, 'conformance'),
      key_id: keyId,
    });
    const path = `${secrets}/${names.nextGitHub()}`;
    const created = demand('store a secret', await api.send('PUT', path, await sealed(bytes)));
    const replaced = demand('replace a secret', await api.send('PUT', path, await sealed(bytes)));
    const statuses = `${created.status} and ${replaced.status}`;
    tell('secret-statuses', statuses === '201 and 204' ? statuses : 'another', statuses);
    const { updated_at: updatedAt } = fields((await api.send('GET', path)).body);
    const distance = Math.abs((instantOf(updatedAt) ?? NaN) - replaced.at);
    tell(
      'secret-updated-at',
      distance <= MINUTE ? 'within a minute' : 'farther away',
      `${distance / 1_000} s`,
    );

    const foreign = await api.send('PUT', `${secrets}/${names.nextGitHub()}`, await sealed(randomBytes(32)));
    tell('unopenable-value', foreign.ok ? 'accepted' : 'refused', described(foreign));
  },
};

/** Repository variables. */
export const VARIABLES_TRIAL: Trial<GitHubBench> = {
  ids: [
    'delete-absent-variable',
    'variable-name-case',
    'variable-exists',
    'variable-absent',
    'variable-rename',
    'variable-page-size',
  ],
  run: async ({ api, repository, names }, tell) => {
    const variables = `${repository}/actions/variables`;
    const deleted = await api.send('DELETE', `${variables}/${names.nextGitHub()}`);
    tell('delete-absent-variable', absenceOf(deleted), described(deleted));
    const absent = await api.send('PATCH', `${variables}/${names.nextGitHub()}`, { value: 'conformance' });
    tell('variable-absent', refusalOf(absent, 404), described(absent));

    const lower = names.nextGitHub().toLowerCase();
    const value = 'conformance';
    demand('create a variable', await api.send('POST', variables, { name: lower, value }));
    const { name } = fields(demand('read a variable', await api.send('GET', `${variables}/${lower}`)).body);
    tell('variable-name-case', caseOf(name, lower));
    const again = await api.send('POST', variables, { name: lower.toUpperCase(), value });
    tell('variable-exists', refusalOf(again, 409), described(again));
    const list = demand('list the variables', await api.send('GET', `${variables}?per_page=100`));
    tellOfPage(list, tell);

    const other = names.nextGitHub();
    const renamed = await api.send('PATCH', `${variables}/${lower}`, { name: other });
    const found = await api.send('GET', `${variables}/${other}`);
    const effect = found.ok ? 'renames' : 'ignored';
    tell('variable-rename', renamed.ok ? effect : 'refused', described(renamed));
  },
};

function absenceOf({ status }: Answer): string {
  return status === 404 || status === 204 ? String(status) : 'another';
}

function refusalOf({ status, ok }: Answer, usual: number): string {
  if (ok) return 'accepted';
  return status === usual ? String(usual) : 'another refusal';
}

function caseOf(name: unknown, lower: string): string {
  if (name === lower.toUpperCase()) return 'upper case';
  return name === lower ? 'as created' : 'another';
}

/** Says nothing of the limit if there are fewer variables than that. */
function tellOfPage(list: Answer, tell: Tell): void {
  const total = fields(list.body)['total_count'];
  const shown = itemsOf(list, 'variables').length;
  if (typeof total !== 'number') tell('variable-page-size', 'no total');
  else if (shown > 30) tell('variable-page-size', 'more', String(shown));
  else if (total > shown) tell('variable-page-size', '30 at most', `${shown} of ${total}`);
}

/** An environment of this run's own. */
export const ENVIRONMENT_TRIAL: Trial<GitHubBench> = {
  ids: ['environment-update'],
  run: async ({ api, repository, names }, tell) => {
    const path = `${repository}/environments/${names.environment}`;
    const policy = { protected_branches: true, custom_branch_policies: false };
    const body = { deployment_branch_policy: policy };
    demand('create an environment with a branch policy', await api.send('PUT', path, body));
    const again = demand('update an environment', await api.send('PUT', path));
    const kept = fields(again.body)['deployment_branch_policy'] ?? null;
    tell('environment-update', kept === null ? 'clears' : 'keeps');
  },
};
