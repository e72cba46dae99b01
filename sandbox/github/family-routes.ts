import type { Level, Need } from './credentials.ts';
import type { Family, SecretPlace } from './places.ts';
import { environmentOf } from './environments.ts';
import type { Reply } from './reply.ts';
import type { Call, OrganizationCall, Route, TokenCall } from './route.ts';
import type { Owner, Repository, Secret, SecretScope, State } from './state.ts';
import type { Switches } from './switches.ts';

/** What the endpoints of a family work on. */
export interface Endpoints {
  readonly state: State;
  readonly switches: Switches;
  /** Called for everything that was created, updated or, with undefined, deleted over HTTP. */
  readonly onChange: (place: SecretPlace, name: string, stored: Secret | undefined) => void;
}

/** The place that a call is about. */
export interface Located {
  readonly scope: SecretScope;
  readonly place: SecretPlace;
  /** Path of the list, by ids as GitHub writes it into `Link` headers. */
  readonly path: string;
  readonly organization: Owner | undefined;
}

export type Answer = (call: TokenCall, located: Located) => Reply;

/** Makes the routes of one family; `suffix` follows its base, `section` is a section of its documentation. */
export function routeMaker(
  family: Family,
  endpoints: Pick<Endpoints, 'state' | 'switches'>,
): (method: string, suffix: string, section: string, answer: Answer) => Route {
  return (method, suffix, section, answer) => {
    const common = {
      method,
      path: `${family.base}${suffix}`,
      docs: `${family.docs}#${section}`,
      onEnterpriseServer: family.onEnterpriseServer,
      changesContent: method !== 'GET' && method !== 'DELETE',
      need: needOf(family, method === 'GET' ? 'read' : 'write'),
    };
    return family.kind === 'organization'
      ? {
          ...common,
          about: 'organization',
          answer: (call) => answer(call, inOrganization(call, family, endpoints.state)),
        }
      : {
          ...common,
          about: 'repository',
          answer: (call) => answer(call, inRepository(call, call.repository, family, endpoints)),
        };
  };
}

/** What sections of the documentation call the place of a family. */
export function subjectOf({ kind }: Family): string {
  return { environment: 'an-environment', repository: 'a-repository', organization: 'an-organization' }[kind];
}

/** What a family needs of a token to read or to write. */
export function needOf(family: Family, level: Level): Need {
  return {
    permission: family.permission,
    level,
    scope: family.scope,
    role: family.kind === 'organization' || family.app === 'codespaces' ? 'admin' : 'write',
    openToApps: family.openToApps,
    closedToGithubToken: true,
    refusal:
      family.kind === 'organization'
        ? `You must be an org admin or have the ${family.app} ${family.stores} fine-grained permission.`
        : `You must have repository read permissions or have the repository ${family.stores} fine-grained permission.`,
  };
}

function inRepository(
  call: Call,
  repository: Repository,
  family: Family,
  { state, switches }: Pick<Endpoints, 'state' | 'switches'>,
): Located {
  const at = { owner: repository.owner.login, repository: repository.name };
  if (family.kind !== 'environment') {
    return {
      scope: state.repositoryScope(repository, family.app),
      place: { kind: 'repository', ...at, app: family.app },
      path: `/repositories/${repository.id}/${family.app}/${family.stores}`,
      organization: undefined,
    };
  }
  const environment = environmentOf(call, repository, switches);
  return {
    scope: state.environmentScope(environment),
    place: { kind: 'environment', ...at, environment: environment.name },
    path: `/repositories/${repository.id}/environments/${encodeURIComponent(environment.name)}/${family.stores}`,
    organization: undefined,
  };
}

function inOrganization({ organization }: OrganizationCall, family: Family, state: State): Located {
  return {
    scope: state.organizationScope(organization, family.app),
    place: { kind: 'organization', organization: organization.login, app: family.app },
    path: `/organizations/${organization.id}/${family.app}/${family.stores}`,
    organization,
  };
}

/** The organization secrets or variables that a repository may use. */
export function visibleTo<Stored extends Pick<Secret, 'visibility' | 'repositoryIds'>>(
  repository: Repository,
  stored: Iterable<Stored>,
): Stored[] {
  return [...stored].filter(({ visibility, repositoryIds = [] }) => {
    if (visibility === 'selected') return repositoryIds.includes(repository.id);
    return visibility === 'all' || repository.private;
  });
}

/** By name, as lists are sorted. */
export function sorted<Stored extends { readonly name: string }>(stored: Iterable<Stored>): Stored[] {
  return [...stored].sort((a, b) => (a.name.toUpperCase() < b.name.toUpperCase() ? -1 : 1));
}

/** What replies say of anything stored, apart from its value. */
export function described(
  call: Call,
  family: Family,
  organization: Owner | undefined,
  stored: Secret,
): Record<string, unknown> {
  const dates = {
    name: stored.name,
    created_at: call.clock.rfc3339(stored.createdAt),
    updated_at: call.clock.rfc3339(stored.updatedAt),
  };
  if (organization === undefined) return dates;
  const url = `${call.api}/orgs/${organization.login}/${family.app}/${family.stores}/${stored.name}/repositories`;
  return {
    ...dates,
    visibility: stored.visibility,
    ...(stored.visibility === 'selected' ? { selected_repositories_url: url } : {}),
  };
}
