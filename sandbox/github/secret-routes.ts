import type { Visibility } from '../../src/model/target.ts';
import type { Level, Need } from './credentials.ts';
import { FAMILIES, type Family, type SecretPlace } from './places.ts';
import { notFound, Refusal, type Reply } from './reply.ts';
import {
  base64,
  checkBody,
  integers,
  integersOrDigits,
  oneOf,
  parseBody,
  string,
  type Field,
} from './request-body.ts';
import { page, parameter, type Call, type OrganizationCall, type Route, type TokenCall } from './route.ts';
import { demandSecretName, openValue, store, type Sharing } from './secret-store.ts';
import { selectedRepositoryRoutes } from './selected-repositories.ts';
import type { Owner, Repository, Secret, SecretScope, State } from './state.ts';
import type { Switches } from './switches.ts';

/** Told of every secret that was created, updated or deleted over HTTP. */
export type OnChange = (place: SecretPlace, name: string, secret: Secret | undefined) => void;

export interface SecretEndpoints {
  readonly state: State;
  readonly switches: Switches;
  readonly onChange: OnChange;
}

/** The scope that a call is about, wherever its family keeps its secrets. */
interface Located {
  readonly scope: SecretScope;
  readonly place: SecretPlace;
  /** Path of the list, by ids as GitHub writes it into `Link` headers. */
  readonly path: string;
  readonly organization: Owner | undefined;
}

type Answer = (call: TokenCall, located: Located) => Reply;

/** The endpoints of every family of secrets. */
export function secretRoutes(endpoints: SecretEndpoints): Route[] {
  return FAMILIES.flatMap((family) => [
    ...familyRoutes(family, endpoints),
    ...(family.kind === 'organization'
      ? selectedRepositoryRoutes(family, needOf(family), endpoints.state)
      : []),
  ]);
}

function familyRoutes(family: Family, endpoints: SecretEndpoints): Route[] {
  const subject =
    family.kind === 'environment'
      ? 'an-environment'
      : family.kind === 'repository'
        ? 'a-repository'
        : 'an-organization';
  const route = (method: string, suffix: string, level: Level, section: string, answer: Answer): Route => {
    const common = {
      method,
      path: `${family.base}${suffix}`,
      docs: `${family.docs}#${section}`,
      onEnterpriseServer: family.onEnterpriseServer,
      need: needOf(family)(level),
    };
    return family.kind === 'organization'
      ? {
          ...common,
          about: 'organization',
          answer: (call) => answer(call, inOrganization(call, family, endpoints)),
        }
      : {
          ...common,
          about: 'repository',
          answer: (call) => answer(call, inRepository(call, call.repository, family, endpoints)),
        };
  };
  return [
    route('GET', '', 'read', `list-${family.kind}-secrets`, list),
    route('GET', '/public-key', 'read', `get-${subject}-public-key`, publicKey),
    route('GET', '/{secret_name}', 'read', `get-${subject}-secret`, get),
    route('PUT', '/{secret_name}', 'write', `create-or-update-${subject}-secret`, (call, located) =>
      put(call, located, family, endpoints),
    ),
    route('DELETE', '/{secret_name}', 'write', `delete-${subject}-secret`, (call, located) =>
      remove(call, located, endpoints),
    ),
  ];
}

/** What a family needs of a token to read or to write. */
function needOf(family: Family): (level: Level) => Need {
  return (level) => ({
    permission: family.permission,
    level,
    scope: family.scope,
    role: family.kind === 'organization' || family.app === 'codespaces' ? 'admin' : 'write',
    openToApps: family.openToApps,
    closedToGithubToken: true,
    refusal:
      family.kind === 'organization'
        ? `You must be an org admin or have the ${family.app} secrets fine-grained permission.`
        : 'You must have repository read permissions or have the repository secrets fine-grained permission.',
  });
}

function inRepository(
  call: Call,
  repository: Repository,
  family: Family,
  { state }: SecretEndpoints,
): Located {
  const at = { owner: repository.owner.login, repository: repository.name };
  if (family.kind !== 'environment') {
    return {
      scope: state.repositoryScope(repository, family.app),
      place: { kind: 'repository', ...at, app: family.app },
      path: `/repositories/${repository.id}/${family.app}/secrets`,
      organization: undefined,
    };
  }
  const environment = repository.environments.get(parameter(call, 'environment_name').toLowerCase());
  if (environment === undefined) throw notFound();
  return {
    scope: state.environmentScope(environment),
    place: { kind: 'environment', ...at, environment: environment.name },
    path: `/repositories/${repository.id}/environments/${encodeURIComponent(environment.name)}/secrets`,
    organization: undefined,
  };
}

function inOrganization(
  { organization }: OrganizationCall,
  family: Family,
  { state }: SecretEndpoints,
): Located {
  return {
    scope: state.organizationScope(organization, family.app),
    place: { kind: 'organization', organization: organization.login, app: family.app },
    path: `/organizations/${organization.id}/${family.app}/secrets`,
    organization,
  };
}

function list(call: TokenCall, located: Located): Reply {
  const secrets = [...located.scope.secrets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, headers } = page(call, located.path, secrets);
  return {
    status: 200,
    headers,
    body: { total_count: secrets.length, secrets: items.map((secret) => rendered(call, located, secret)) },
  };
}

function publicKey(_call: TokenCall, { scope }: Located): Reply {
  const { keyId, publicKey } = scope.key;
  return { status: 200, body: { key_id: keyId, key: Buffer.from(publicKey).toString('base64') } };
}

function get(call: TokenCall, located: Located): Reply {
  const secret = located.scope.secrets.get(parameter(call, 'secret_name').toUpperCase());
  if (secret === undefined) throw notFound();
  return { status: 200, body: rendered(call, located, secret) };
}

function put(call: TokenCall, located: Located, family: Family, endpoints: SecretEndpoints): Reply {
  const { state, switches, onChange } = endpoints;
  const body = parseBody(call.text);
  checkBody(body, fieldsOf(family));
  const name = parameter(call, 'secret_name');
  demandSecretName(name);
  const sealed = { encryptedValue: body['encrypted_value'] as string, keyId: body['key_id'] as string };
  const value = openValue(located.scope, sealed, switches.maximumValueBytes);
  const sharing = located.organization && sharingOf(body, located.organization, state);
  const { created, secret } = store(located.scope, family.kind, switches, call.clock.now(), {
    name,
    value,
    sharing,
  });
  onChange(located.place, secret.name, secret);
  return created ? { status: 201, body: {} } : { status: 204 };
}

function remove(call: TokenCall, { scope, place }: Located, { onChange }: SecretEndpoints): Reply {
  const name = parameter(call, 'secret_name').toUpperCase();
  if (!scope.secrets.delete(name)) throw notFound();
  onChange(place, name, undefined);
  return { status: 204 };
}

function fieldsOf(family: Family): Readonly<Record<string, Field>> {
  const value = {
    encrypted_value: { required: true, check: base64 },
    key_id: { required: true, check: string },
  };
  if (family.kind !== 'organization') return value;
  return {
    ...value,
    visibility: { required: true, check: oneOf('all', 'private', 'selected') },
    selected_repository_ids: { check: family.app === 'dependabot' ? integersOrDigits : integers },
  };
}

/** An update says it all: what it leaves out of the repositories is no longer selected. */
function sharingOf(body: Record<string, unknown>, organization: Owner, state: State): Sharing {
  const visibility = body['visibility'] as Visibility;
  const given = body['selected_repository_ids'] as readonly (number | string)[] | undefined;
  const repositoryIds = [...new Set((given ?? []).map(Number))];
  if (visibility !== 'selected' && repositoryIds.length > 0) {
    throw new Refusal(
      422,
      "Repository ids can only be given for a secret whose visibility is set to 'selected'.",
    );
  }
  if (repositoryIds.some((id) => state.repositoryById(id)?.owner !== organization)) {
    throw new Refusal(422, 'At least one of the selected repositories is not in the organization.');
  }
  return { visibility, repositoryIds };
}

function rendered(call: Call, { place, organization }: Located, secret: Secret): Record<string, unknown> {
  const dates = {
    name: secret.name,
    created_at: call.clock.rfc3339(secret.createdAt),
    updated_at: call.clock.rfc3339(secret.updatedAt),
  };
  if (organization === undefined || place.kind !== 'organization') return dates;
  const url = `${call.api}/orgs/${organization.login}/${place.app}/secrets/${secret.name}/repositories`;
  return {
    ...dates,
    visibility: secret.visibility,
    ...(secret.visibility === 'selected' ? { selected_repositories_url: url } : {}),
  };
}
