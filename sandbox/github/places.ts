import type { App, EnvironmentPlace, OrganizationPlace, RepositoryPlace } from '../../src/model/target.ts';

/** Where a secret is kept; the targets of the action fit as they are. */
export type SecretPlace =
  | Pick<RepositoryPlace, 'kind' | 'owner' | 'repository' | 'app'>
  | Pick<EnvironmentPlace, 'kind' | 'owner' | 'repository' | 'environment'>
  | Pick<OrganizationPlace, 'kind' | 'organization' | 'app'>;

/** One family of endpoints of the REST API: the secrets, or the variables, of one kind of place and one app. */
export interface Family {
  readonly stores: 'secrets' | 'variables';
  readonly kind: SecretPlace['kind'];
  readonly app: App;
  /** Path template below which all endpoints of the family lie. */
  readonly base: string;
  /** The permission of fine-grained tokens and of GitHub Apps. */
  readonly permission: string;
  /** The scope of classic tokens. */
  readonly scope: 'repo' | 'admin:org';
  /** GitHub Apps cannot use the endpoints of some families at all. */
  readonly openToApps: boolean;
  /** GitHub Enterprise Server has fewer families. */
  readonly onEnterpriseServer: boolean;
  /** Page of docs.github.com/rest. */
  readonly docs: string;
}

function family(
  stores: Family['stores'],
  kind: 'repository' | 'organization',
  app: App,
  permission: string,
  docs = `${app}/${stores}`,
): Family {
  const organization = kind === 'organization';
  return {
    stores,
    kind,
    app,
    base: `${organization ? '/orgs/{org}' : '/repos/{owner}/{repo}'}/${app}/${stores}`,
    permission,
    scope: organization ? 'admin:org' : 'repo',
    openToApps: !(organization && app === 'codespaces'),
    onEnterpriseServer: app === 'actions' || app === 'dependabot',
    docs,
  };
}

/** GitHub asks for `environments` alone, for secrets and for variables. */
function ofEnvironments(stores: Family['stores']): Family {
  return {
    ...family(stores, 'repository', 'actions', 'environments'),
    kind: 'environment',
    base: `/repos/{owner}/{repo}/environments/{environment_name}/${stores}`,
  };
}

/** Every family of secrets, with the permission keys of GitHub's permission tables. */
export const FAMILIES: readonly Family[] = [
  family('secrets', 'repository', 'actions', 'secrets'),
  ofEnvironments('secrets'),
  family('secrets', 'organization', 'actions', 'organization_secrets'),
  family('secrets', 'repository', 'dependabot', 'dependabot_secrets'),
  family('secrets', 'organization', 'dependabot', 'organization_dependabot_secrets'),
  family('secrets', 'repository', 'codespaces', 'codespaces_secrets', 'codespaces/repository-secrets'),
  family(
    'secrets',
    'organization',
    'codespaces',
    'organization_codespaces_secrets',
    'codespaces/organization-secrets',
  ),
  family('secrets', 'repository', 'agents', 'agent_secrets'),
  family('secrets', 'organization', 'agents', 'organization_agent_secrets'),
];

/** Every family of variables; Dependabot and Codespaces have none, and agents none in environments. */
export const VARIABLE_FAMILIES: readonly Family[] = [
  family('variables', 'repository', 'actions', 'actions_variables'),
  ofEnvironments('variables'),
  family('variables', 'organization', 'actions', 'organization_actions_variables'),
  family('variables', 'repository', 'agents', 'agent_variables'),
  family('variables', 'organization', 'agents', 'organization_agent_variables'),
];
