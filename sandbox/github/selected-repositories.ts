import { needOf } from './family-routes.ts';
import type { Family } from './places.ts';
import { minimalRepository } from './rendering.ts';
import { notFound, Refusal, type Reply } from './reply.ts';
import { checkBody, integers, parseBody } from './request-body.ts';
import { page, parameter, type OrganizationCall, type Route } from './route.ts';
import type { Repository, Secret, State } from './state.ts';

interface Found {
  readonly stored: Secret;
  readonly keep: (changed: Secret) => void;
}

/** What paths and texts call the members of a family. */
const NOUNS = {
  secrets: { parameter: 'secret_name', noun: 'secret' },
  variables: { parameter: 'name', noun: 'variable' },
};

/** The endpoints that tell and set which repositories may use an organization secret or variable. */
export function selectedRepositoryRoutes(family: Family, state: State): Route[] {
  const { parameter: named, noun } = NOUNS[family.stores];
  const find = (call: OrganizationCall): Found => {
    const all = state.organizationScope(call.organization, family.app)[family.stores];
    const name = parameter(call, named).toUpperCase();
    const stored = all.get(name);
    if (stored === undefined) throw notFound();
    return { stored, keep: (changed) => all.set(name, changed) };
  };
  const select = ({ stored, keep }: Found, ids: readonly number[]): Reply => {
    demandSelected(stored, noun);
    keep({ ...stored, repositoryIds: [...new Set(ids)] });
    return { status: 204 };
  };
  const route = (
    method: string,
    suffix: string,
    section: string,
    answer: (call: OrganizationCall, found: Found) => Reply,
  ): Route => ({
    method,
    path: `${family.base}/{${named}}/repositories${suffix}`,
    docs: `${family.docs}#${section}-an-organization-${noun}`,
    onEnterpriseServer: family.onEnterpriseServer,
    about: 'organization',
    need: needOf(family, method === 'GET' ? 'read' : 'write'),
    answer: (call) => answer(call, find(call)),
  });
  return [
    route('GET', '', 'list-selected-repositories-for', (call, { stored }) => {
      // The description of variables has the conflict for this method too, that of secrets has not.
      if (family.stores === 'variables') demandSelected(stored, noun);
      const repositories = (stored.repositoryIds ?? []).flatMap((id) => state.repositoryById(id) ?? []);
      const path = `/organizations/${call.organization.id}/${family.app}/${family.stores}/${stored.name}/repositories`;
      const { items, headers } = page(call, path, repositories);
      const body = {
        total_count: repositories.length,
        repositories: items.map((repository) => minimalRepository(call, repository)),
      };
      return { status: 200, headers, body };
    }),
    route('PUT', '', 'set-selected-repositories-for', (call, found) => {
      const body = parseBody(call.text);
      checkBody(body, { selected_repository_ids: { required: true, check: integers } });
      const ids = body['selected_repository_ids'] as readonly number[];
      for (const id of ids) repositoryOf(call, state, id);
      return select(found, ids);
    }),
    route('PUT', '/{repository_id}', 'add-selected-repository-to', (call, found) => {
      const { id } = repositoryOf(call, state, Number(parameter(call, 'repository_id')));
      return select(found, [...(found.stored.repositoryIds ?? []), id]);
    }),
    route('DELETE', '/{repository_id}', 'remove-selected-repository-from', (call, found) => {
      const { id } = repositoryOf(call, state, Number(parameter(call, 'repository_id')));
      return select(
        found,
        (found.stored.repositoryIds ?? []).filter((selected) => selected !== id),
      );
    }),
  ];
}

function demandSelected({ visibility }: Secret, noun: string): void {
  if (visibility === 'selected') return;
  throw new Refusal(409, 'Conflict', {
    details: {
      errors: `You cannot update selected repositories for a ${noun} when the visibility is not set to 'selected'`,
    },
  });
}

function repositoryOf({ organization }: OrganizationCall, state: State, id: number): Repository {
  const repository = state.repositoryById(id);
  if (repository?.owner !== organization) throw notFound();
  return repository;
}
