import { VISIBILITIES } from '../../src/model/target.ts';
import {
  described,
  needOf,
  routeMaker,
  sorted,
  subjectOf,
  visibleTo,
  type Endpoints,
  type Located,
} from './family-routes.ts';
import { FAMILIES, type Family } from './places.ts';
import { notFound, type Reply } from './reply.ts';
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
import { page, parameter, type Route, type TokenCall } from './route.ts';
import { demandSecretName, openValue, store } from './secret-store.ts';
import { selectedRepositoryRoutes } from './selected-repositories.ts';
import { sharingOf } from './sharing.ts';
import type { Owner, Secret, State } from './state.ts';

/** The endpoints of every family of secrets. */
export function secretRoutes(endpoints: Endpoints): Route[] {
  const { state } = endpoints;
  return FAMILIES.flatMap((family) => [
    ...familyRoutes(family, endpoints),
    ...(family.kind === 'organization' ? selectedRepositoryRoutes(family, state) : []),
    ...(showsOrganizationSecrets(family) ? [organizationSecrets(family, state)] : []),
  ]);
}

function familyRoutes(family: Family, endpoints: Endpoints): Route[] {
  const route = routeMaker(family, endpoints);
  const subject = subjectOf(family);
  return [
    route('GET', '', `list-${family.kind}-secrets`, (call, { scope, path, organization }) =>
      list(call, family, path, organization, scope.secrets.values()),
    ),
    route('GET', '/public-key', `get-${subject}-public-key`, (_call, { scope }) => {
      const { keyId, publicKey } = scope.key;
      return { status: 200, body: { key_id: keyId, key: Buffer.from(publicKey).toString('base64') } };
    }),
    route('GET', '/{secret_name}', `get-${subject}-secret`, (call, { scope, organization }) => {
      const secret = scope.secrets.get(parameter(call, 'secret_name').toUpperCase());
      if (secret === undefined) throw notFound();
      return { status: 200, body: described(call, family, organization, secret) };
    }),
    route('PUT', '/{secret_name}', `create-or-update-${subject}-secret`, (call, located) =>
      put(call, located, family, endpoints),
    ),
    route('DELETE', '/{secret_name}', `delete-${subject}-secret`, (call, located) =>
      remove(call, located, endpoints),
    ),
  ];
}

function showsOrganizationSecrets({ kind, app }: Family): boolean {
  return kind === 'repository' && (app === 'actions' || app === 'agents');
}

/** The secrets of its organization that a repository may use. */
function organizationSecrets(family: Family, state: State): Route {
  return {
    method: 'GET',
    path: `/repos/{owner}/{repo}/${family.app}/organization-secrets`,
    docs: `${family.docs}#list-repository-organization-secrets`,
    onEnterpriseServer: family.onEnterpriseServer,
    about: 'repository',
    need: needOf(family, 'read'),
    answer: (call) => {
      const { owner, id } = call.repository;
      const path = `/repositories/${id}/${family.app}/organization-secrets`;
      const { secrets } = state.organizationScope(owner, family.app);
      return list(call, family, path, undefined, visibleTo(call.repository, secrets.values()));
    },
  };
}

function list(
  call: TokenCall,
  family: Family,
  path: string,
  organization: Owner | undefined,
  secrets: Iterable<Secret>,
): Reply {
  const all = sorted(secrets);
  const { items, headers } = page(call, path, all);
  const shown = items.map((secret) => described(call, family, organization, secret));
  return { status: 200, headers, body: { total_count: all.length, secrets: shown } };
}

function put(call: TokenCall, located: Located, family: Family, endpoints: Endpoints): Reply {
  const { state, switches, onChange } = endpoints;
  const body = parseBody(call.text);
  checkBody(body, fieldsOf(family));
  const name = parameter(call, 'secret_name');
  demandSecretName(name);
  const sealed = { encryptedValue: body['encrypted_value'] as string, keyId: body['key_id'] as string };
  const value = openValue(located.scope, family.kind, sealed, switches);
  const sharing = located.organization && sharingOf(body, located.organization, state, switches);
  const { created, secret } = store(located.scope, family.kind, switches, call.clock.now(), {
    name,
    value,
    sharing,
  });
  onChange(located.place, secret.name, secret);
  return created ? { status: 201, body: {} } : { status: 204 };
}

function remove(call: TokenCall, { scope, place }: Located, { onChange }: Endpoints): Reply {
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
    visibility: { required: true, check: oneOf(...VISIBILITIES) },
    selected_repository_ids: { check: family.app === 'dependabot' ? integersOrDigits : integers },
  };
}
