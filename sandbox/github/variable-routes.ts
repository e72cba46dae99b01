import {
  described,
  routeMaker,
  sorted,
  subjectOf,
  visibleTo,
  needOf,
  type Endpoints,
  type Located,
} from './family-routes.ts';
import { VARIABLE_FAMILIES, type Family } from './places.ts';
import { notFound, type Reply } from './reply.ts';
import { checkOpenBody, parseBody, string, type Field } from './request-body.ts';
import { page, parameter, type Call, type PageSize, type Route, type TokenCall } from './route.ts';
import { selectedRepositoryRoutes } from './selected-repositories.ts';
import { SHARING_FIELDS, sharingOf } from './sharing.ts';
import type { Owner, State, Variable } from './state.ts';
import { createVariable, demandVariableName, demandVariableSize, updateVariable } from './variable-store.ts';

const PAGES: PageSize = { usual: 10, most: 30 };

/** The endpoints of every family of variables. */
export function variableRoutes(endpoints: Endpoints): Route[] {
  return VARIABLE_FAMILIES.flatMap((family) => [
    ...familyRoutes(family, endpoints),
    ...(family.kind === 'organization' ? selectedRepositoryRoutes(family, endpoints.state) : []),
    ...(family.kind === 'repository' ? [organizationVariables(family, endpoints.state)] : []),
  ]);
}

function familyRoutes(family: Family, endpoints: Endpoints): Route[] {
  const route = routeMaker(family, endpoints);
  const subject = subjectOf(family);
  return [
    route('GET', '', `list-${family.kind}-variables`, (call, { scope, path, organization }) =>
      list(call, family, path, organization, scope.variables.values()),
    ),
    route('POST', '', `create-${subject}-variable`, (call, located) =>
      create(call, located, family, endpoints),
    ),
    route('GET', '/{name}', `get-${subject}-variable`, (call, located) => ({
      status: 200,
      body: rendered(call, family, located.organization, find(call, located)),
    })),
    route('PATCH', '/{name}', `update-${subject}-variable`, (call, located) =>
      update(call, located, family, endpoints),
    ),
    route('DELETE', '/{name}', `delete-${subject}-variable`, (call, located) => {
      const { name } = find(call, located);
      located.scope.variables.delete(name.toUpperCase());
      endpoints.onChange(located.place, name, undefined);
      return { status: 204 };
    }),
  ];
}

/** The variables of its organization that a repository sees. */
function organizationVariables(family: Family, state: State): Route {
  return {
    method: 'GET',
    path: `/repos/{owner}/{repo}/${family.app}/organization-variables`,
    docs: `${family.docs}#list-repository-organization-variables`,
    onEnterpriseServer: family.onEnterpriseServer,
    about: 'repository',
    need: needOf(family, 'read'),
    answer: (call) => {
      const { owner, id } = call.repository;
      const path = `/repositories/${id}/${family.app}/organization-variables`;
      const { variables } = state.organizationScope(owner, family.app);
      return list(call, family, path, undefined, visibleTo(call.repository, variables.values()));
    },
  };
}

function list(
  call: TokenCall,
  family: Family,
  path: string,
  organization: Owner | undefined,
  variables: Iterable<Variable>,
): Reply {
  const all = sorted(variables);
  const { items, headers } = page(call, path, all, PAGES);
  const shown = items.map((variable) => rendered(call, family, organization, variable));
  return { status: 200, headers, body: { total_count: all.length, variables: shown } };
}

function create(
  call: TokenCall,
  { scope, place, organization }: Located,
  family: Family,
  { state, switches, onChange }: Endpoints,
): Reply {
  const body = parseBody(call.text);
  const required = ['name', 'value', ...(organization === undefined ? [] : ['visibility'])];
  checkOpenBody(body, fieldsOf(family), required);
  const name = body['name'] as string;
  const value = body['value'] as string;
  demandVariableName(name);
  demandVariableSize(value, switches.maximumValueBytes);
  const sharing = organization && sharingOf(body, organization, state, switches);
  const variable = createVariable(scope, family.kind, switches, call.clock.now(), { name, value, sharing });
  onChange(place, variable.name, variable);
  return { status: 201, body: {} };
}

function update(
  call: TokenCall,
  located: Located,
  family: Family,
  { state, switches, onChange }: Endpoints,
): Reply {
  const { scope, place, organization } = located;
  const body = parseBody(call.text);
  checkOpenBody(body, fieldsOf(family), []);
  const { name, value } = body as { readonly name?: string; readonly value?: string };
  if (name !== undefined) demandVariableName(name);
  if (value !== undefined) demandVariableSize(value, switches.maximumValueBytes);
  const known = find(call, located);
  const sharing = organization && sharingOf(body, organization, state, switches, known);
  const variable = updateVariable(scope, switches, call.clock.now(), known, {
    ...(name === undefined ? {} : { name }),
    ...(value === undefined ? {} : { value }),
    sharing,
  });
  if (variable.name !== known.name) onChange(place, known.name, undefined);
  onChange(place, variable.name, variable);
  return { status: 204 };
}

function find(call: Call, { scope }: Located): Variable {
  const variable = scope.variables.get(parameter(call, 'name').toUpperCase());
  if (variable === undefined) throw notFound();
  return variable;
}

function fieldsOf({ kind }: Family): Readonly<Record<string, Field>> {
  const own = { name: { check: string }, value: { check: string } };
  return kind === 'organization' ? { ...own, ...SHARING_FIELDS } : own;
}

function rendered(
  call: Call,
  family: Family,
  organization: Owner | undefined,
  variable: Variable,
): Record<string, unknown> {
  return { ...described(call, family, organization, variable), value: variable.value };
}
