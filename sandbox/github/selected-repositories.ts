import type { Level, Need } from './credentials.ts';
import type { Family } from './places.ts';
import { minimalRepository } from './rendering.ts';
import { notFound, Refusal, type Reply } from './reply.ts';
import { checkBody, integers, parseBody } from './request-body.ts';
import { page, parameter, type OrganizationCall, type Route } from './route.ts';
import type { Repository, Secret, SecretScope, State } from './state.ts';

interface Found {
  readonly scope: SecretScope;
  readonly secret: Secret;
}

/** The endpoints that tell and set which repositories may use an organization secret. */
export function selectedRepositoryRoutes(
  family: Family,
  needOf: (level: Level) => Need,
  state: State,
): Route[] {
  const find = (call: OrganizationCall): Found => {
    const scope = state.organizationScope(call.organization, family.app);
    const secret = scope.secrets.get(parameter(call, 'secret_name').toUpperCase());
    if (secret === undefined) throw notFound();
    return { scope, secret };
  };
  const route = (
    method: string,
    suffix: string,
    section: string,
    answer: (call: OrganizationCall, found: Found) => Reply,
  ): Route => ({
    method,
    path: `${family.base}/{secret_name}/repositories${suffix}`,
    docs: `${family.docs}#${section}`,
    onEnterpriseServer: family.onEnterpriseServer,
    about: 'organization',
    need: needOf(method === 'GET' ? 'read' : 'write'),
    answer: (call) => answer(call, find(call)),
  });
  return [
    route('GET', '', 'list-selected-repositories-for-an-organization-secret', (call, { secret }) => {
      const repositories = (secret.repositoryIds ?? []).flatMap((id) => state.repositoryById(id) ?? []);
      const path = `/organizations/${call.organization.id}/${family.app}/secrets/${secret.name}/repositories`;
      const { items, headers } = page(call, path, repositories);
      const body = {
        total_count: repositories.length,
        repositories: items.map((repository) => minimalRepository(call, repository)),
      };
      return { status: 200, headers, body };
    }),
    route('PUT', '', 'set-selected-repositories-for-an-organization-secret', (call, found) => {
      const body = parseBody(call.text);
      checkBody(body, { selected_repository_ids: { required: true, check: integers } });
      const ids = body['selected_repository_ids'] as readonly number[];
      for (const id of ids) repositoryOf(call, state, id);
      return select(found, ids);
    }),
    route('PUT', '/{repository_id}', 'add-selected-repository-to-an-organization-secret', (call, found) => {
      const { id } = repositoryOf(call, state, Number(parameter(call, 'repository_id')));
      return select(found, [...(found.secret.repositoryIds ?? []), id]);
    }),
    route(
      'DELETE',
      '/{repository_id}',
      'remove-selected-repository-from-an-organization-secret',
      (call, found) => {
        const { id } = repositoryOf(call, state, Number(parameter(call, 'repository_id')));
        return select(
          found,
          (found.secret.repositoryIds ?? []).filter((selected) => selected !== id),
        );
      },
    ),
  ];
}

function select({ scope, secret }: Found, ids: readonly number[]): Reply {
  if (secret.visibility !== 'selected') {
    throw new Refusal(409, 'Conflict', {
      details: {
        errors:
          "You cannot update selected repositories for a secret when the visibility is not set to 'selected'",
      },
    });
  }
  scope.secrets.set(secret.name, { ...secret, repositoryIds: [...new Set(ids)] });
  return { status: 204 };
}

function repositoryOf({ organization }: OrganizationCall, state: State, id: number): Repository {
  const repository = state.repositoryById(id);
  if (repository?.owner !== organization) throw notFound();
  return repository;
}
