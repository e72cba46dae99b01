import type { App, EnvironmentPlace, OrganizationPlace, RepositoryPlace } from '../../src/model/target.ts';

/** Where a secret is kept; the targets of the action fit as they are. */
export type SecretPlace =
  | Pick<RepositoryPlace, 'kind' | 'owner' | 'repository' | 'app'>
  | Pick<EnvironmentPlace, 'kind' | 'owner' | 'repository' | 'environment'>
  | Pick<OrganizationPlace, 'kind' | 'organization' | 'app'>;

/** One family of secrets endpoints of the REST API. */
export interface Family {
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

function family(kind: 'repository' | 'organization', app: App, permission: string, docs: string): Family {
  const organization = kind === 'organization';
  return {
    kind,
    app,
    base: `${organization ? '/orgs/{org}' : '/repos/{owner}/{repo}'}/${app}/secrets`,
    permission,
    scope: organization ? 'admin:org' : 'repo',
    openToApps: !(organization && app === 'codespaces'),
    onEnterpriseServer: app === 'actions' || app === 'dependabot',
    docs,
  };
}

/**
 * Every family that is served. GitHub's list of App permissions names `secrets`, `environments`,
 * `organization_secrets` and `dependabot_secrets`; the other names are formed alike.
 */
export const FAMILIES: readonly Family[] = [
  family('repository', 'actions', 'secrets', 'actions/secrets'),
  {
    ...family('repository', 'actions', 'environments', 'actions/secrets'),
    kind: 'environment',
    base: '/repos/{owner}/{repo}/environments/{environment_name}/secrets',
  },
  family('organization', 'actions', 'organization_secrets', 'actions/secrets'),
  family('repository', 'dependabot', 'dependabot_secrets', 'dependabot/secrets'),
  family('organization', 'dependabot', 'organization_dependabot_secrets', 'dependabot/secrets'),
  family('repository', 'codespaces', 'codespaces_secrets', 'codespaces/repository-secrets'),
  family('organization', 'codespaces', 'organization_codespaces_secrets', 'codespaces/organization-secrets'),
  family('repository', 'agents', 'agent_secrets', 'agents/secrets'),
  family('organization', 'agents', 'organization_agent_secrets', 'agents/secrets'),
];
