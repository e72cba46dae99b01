import { repositoriesOf, type Installation } from './apps.ts';
import { atLeast, LEVELS, type Level } from './credentials.ts';
import { nodeId, simpleUser, wholeRepository } from './rendering.ts';
import { notFound, Refusal, type Reply } from './reply.ts';
import { checkBody, integers, parseBody, strings, type Field } from './request-body.ts';
import { PERMISSIONS } from './permissions.ts';
import { moved } from './redirect.ts';
import { page, parameter, type AppCall, type Route } from './route.ts';
import type { Repository, State } from './state.ts';
import type { Switches } from './switches.ts';
import type { Tokens } from './tokens.ts';

const DOCS = 'apps/apps';

/** The endpoints of GitHub Apps, and the one by which a token ends itself. */
export function appRoutes(state: State, tokens: Tokens, switches: Switches): Route[] {
  const route = (method: string, path: string, section: string, answer: (call: AppCall) => Reply): Route => ({
    method,
    path,
    docs: `${DOCS}#${section}`,
    about: 'app',
    answer,
  });
  const at = (call: AppCall, fits: (installation: Installation) => boolean): Reply => {
    const installation = call.app.installations.find(fits);
    if (installation === undefined) throw notFound();
    return { status: 200, body: renderedInstallation(call, installation) };
  };
  const ownedBy =
    (login: string) =>
    ({ owner }: Installation): boolean =>
      owner.login.toLowerCase() === login.toLowerCase();
  return [
    route('GET', '/app', 'get-the-authenticated-app', (call) => ({ status: 200, body: renderedApp(call) })),
    route('GET', '/app/installations', 'list-installations-for-the-authenticated-app', (call) => {
      const { items, headers } = page(call, '/app/installations', call.app.installations);
      return { status: 200, headers, body: items.map((item) => renderedInstallation(call, item)) };
    }),
    route(
      'GET',
      '/repos/{owner}/{repo}/installation',
      'get-a-repository-installation-for-the-authenticated-app',
      (call) => {
        const found = state.repository(parameter(call, 'owner'), parameter(call, 'repo'));
        if (found === undefined) throw notFound();
        if (!found.moved) {
          return at(call, (item) => repositoriesOf(state, item).includes(found.repository));
        }
        return moved(call, found.repository);
      },
    ),
    route(
      'GET',
      '/orgs/{org}/installation',
      'get-an-organization-installation-for-the-authenticated-app',
      (call) =>
        at(call, (item) => item.owner.kind === 'Organization' && ownedBy(parameter(call, 'org'))(item)),
    ),
    route(
      'GET',
      '/users/{username}/installation',
      'get-a-user-installation-for-the-authenticated-app',
      (call) => at(call, ownedBy(parameter(call, 'username'))),
    ),
    route(
      'POST',
      '/app/installations/{installation_id}/access_tokens',
      'create-an-installation-access-token-for-an-app',
      (call) => createToken(call, state, tokens, switches),
    ),
    {
      method: 'DELETE',
      path: '/installation/token',
      docs: 'apps/installations#revoke-an-installation-access-token',
      about: 'token',
      answer: ({ token }) => {
        if (token.kind !== 'installation') {
          throw new Refusal(403, 'Resource not accessible by personal access token');
        }
        tokens.revoke(token.text);
        return { status: 204 };
      },
    },
  ];
}

const permissionLevels: Field = {
  check: (_name, value) => {
    if (typeof value !== 'object' || value === null) {
      return `For 'properties/permissions', ${JSON.stringify(value)} is not an object.`;
    }
    const wrong = Object.values(value).find((level) => !LEVELS.includes(level as Level)) as unknown;
    return wrong === undefined
      ? undefined
      : `${JSON.stringify(wrong)} is not a member of ${JSON.stringify(LEVELS)}.`;
  },
};

function createToken(call: AppCall, state: State, tokens: Tokens, switches: Switches): Reply {
  const id = Number(parameter(call, 'installation_id'));
  const installation = call.app.installations.find((item) => item.id === id);
  if (installation === undefined) throw notFound();
  if (installation.suspended) throw new Refusal(403, 'This installation has been suspended');
  const body = parseBody(call.text, true);
  checkBody(body, {
    repositories: { check: strings },
    repository_ids: { check: integers },
    permissions: permissionLevels,
  });
  const repositories = chosenRepositories(body, state, installation);
  const permissions = chosenPermissions(body, installation, switches);
  const minted = tokens.mint(
    call.app.id,
    installation,
    permissions,
    repositories ?? (installation.repositories === 'all' ? 'all' : repositoriesOf(state, installation)),
  );
  return {
    status: 201,
    body: {
      token: minted.token,
      expires_at: call.clock.rfc3339(minted.expiresAt),
      permissions,
      repository_selection: minted.repositories === 'all' ? 'all' : 'selected',
      ...(repositories && { repositories: repositories.map((one) => wholeRepository(call, one)) }),
    },
  };
}

function chosenRepositories(
  body: Record<string, unknown>,
  state: State,
  installation: Installation,
): readonly Repository[] | undefined {
  const names = body['repositories'] as readonly string[] | undefined;
  const ids = body['repository_ids'] as readonly number[] | undefined;
  if (names === undefined && ids === undefined) return undefined;
  const reachable = repositoriesOf(state, installation);
  const chosen = [
    ...(names ?? []).map((name) => reachable.find((one) => one.name.toLowerCase() === name.toLowerCase())),
    ...(ids ?? []).map((id) => reachable.find((one) => one.id === id)),
  ];
  const known = chosen.filter((one) => one !== undefined);
  if (known.length < chosen.length) {
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  return [...new Set(known)];
}

/** The refusal does not say which permission is not granted, nor whether it exists. */
function chosenPermissions(
  body: Record<string, unknown>,
  { permissions }: Installation,
  { unknownPermissions }: Switches,
): Readonly<Record<string, Level>> {
  const granted: Readonly<Record<string, Level>> = { metadata: 'read', ...permissions };
  const asked = body['permissions'] as Readonly<Record<string, Level>> | undefined;
  if (asked === undefined) return granted;
  const counted = Object.entries(asked).filter(
    ([permission]) => unknownPermissions === 'refused' || PERMISSIONS.has(permission),
  );
  for (const [permission, level] of counted) {
    if (!PERMISSIONS.has(permission) || !atLeast(granted[permission], level)) {
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
    }
  }
  return { ...Object.fromEntries(counted), metadata: 'read' };
}

function renderedApp(call: AppCall): Record<string, unknown> {
  const { app } = call;
  return {
    id: app.id,
    slug: app.slug,
    client_id: app.clientId,
    node_id: nodeId('Integration', app.id),
    owner: simpleUser(call, app.owner),
    name: app.slug,
    description: '',
    external_url: 'https://example.com',
    html_url: `https://github.com/apps/${app.slug}`,
    created_at: call.clock.rfc3339(app.createdAt),
    updated_at: call.clock.rfc3339(app.createdAt),
    permissions: {
      metadata: 'read',
      ...Object.assign({}, ...app.installations.map((item) => item.permissions)),
    },
    events: [],
    installations_count: app.installations.length,
  };
}

function renderedInstallation(call: AppCall, installation: Installation): Record<string, unknown> {
  const { id, owner } = installation;
  const createdAt = call.clock.rfc3339(installation.createdAt);
  return {
    id,
    client_id: call.app.clientId,
    account: simpleUser(call, owner),
    repository_selection: installation.repositories === 'all' ? 'all' : 'selected',
    access_tokens_url: `${call.api}/app/installations/${id}/access_tokens`,
    repositories_url: `${call.api}/installation/repositories`,
    html_url: `https://github.com/settings/installations/${id}`,
    app_id: call.app.id,
    app_slug: call.app.slug,
    target_id: owner.id,
    target_type: owner.kind,
    permissions: { metadata: 'read', ...installation.permissions },
    events: [],
    created_at: createdAt,
    updated_at: createdAt,
    single_file_name: null,
    suspended_by: null,
    suspended_at: installation.suspended ? createdAt : null,
  };
}
