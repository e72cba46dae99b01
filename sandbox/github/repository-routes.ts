import type { Need } from './credentials.ts';
import { environmentOf, hasEnvironments } from './environments.ts';
import { simpleUser, nodeId, wholeOrganization, wholeRepository } from './rendering.ts';
import { notFound, Refusal, type Reply } from './reply.ts';
import { anything, checkBody, parseBody } from './request-body.ts';
import { parameter, type RepositoryCall, type Route } from './route.ts';
import { fullName, type Environment, type Protection, type State } from './state.ts';
import type { Switches } from './switches.ts';

const ADMIN_NEEDED = 'Must have admin rights to Repository.';

export interface EnvironmentPut {
  readonly at: number;
  /** `owner/name` */
  readonly repository: string;
  readonly environment: string;
  readonly existed: boolean;
}

/** Told of every PUT of an environment over HTTP. */
export type OnEnvironmentPut = (repository: string, environment: string, existed: boolean) => void;

/** The endpoints of repositories, organizations and environments themselves. */
export function repositoryRoutes(state: State, switches: Switches, onPut: OnEnvironmentPut): Route[] {
  return [
    {
      method: 'GET',
      path: '/repos/{owner}/{repo}',
      docs: 'repos/repos#get-a-repository',
      about: 'repository',
      answer: (call) => ({ status: 200, body: wholeRepository(call, call.repository) }),
    },
    {
      method: 'GET',
      path: '/orgs/{org}',
      docs: 'orgs/orgs#get-an-organization',
      about: 'organization',
      answer: (call) => ({ status: 200, body: wholeOrganization(call, call.organization) }),
    },
    {
      method: 'GET',
      path: '/repos/{owner}/{repo}/environments/{environment_name}',
      docs: 'deployments/environments#get-an-environment',
      about: 'repository',
      need: need('actions', 'read', 'read', ADMIN_NEEDED),
      answer: (call) => {
        const environment = environmentOf(call, call.repository, switches);
        return { status: 200, body: rendered(call, environment) };
      },
    },
    {
      method: 'PUT',
      path: '/repos/{owner}/{repo}/environments/{environment_name}',
      docs: 'deployments/environments#create-or-update-an-environment',
      about: 'repository',
      changesContent: true,
      need: need('administration', 'write', 'admin', ADMIN_NEEDED),
      answer: (call) => putEnvironment(call, state, switches, onPut),
    },
    {
      method: 'DELETE',
      path: '/repos/{owner}/{repo}/environments/{environment_name}',
      docs: 'deployments/environments#delete-an-environment',
      about: 'repository',
      need: need('administration', 'write', 'admin', ADMIN_NEEDED),
      answer: (call) => {
        const { name } = environmentOf(call, call.repository, switches);
        call.repository.environments.delete(name.toLowerCase());
        return { status: 204, body: undefined };
      },
    },
  ];
}

function need(permission: string, level: 'read' | 'write', role: Need['role'], refusal: string): Need {
  return {
    permission,
    level,
    scope: 'repo',
    role,
    openToApps: true,
    closedToGithubToken: false,
    refusal,
  };
}

function putEnvironment(
  call: RepositoryCall,
  state: State,
  switches: Switches,
  onPut: OnEnvironmentPut,
): Reply {
  const body = parseBody(call.text, true);
  checkBody(body, {
    wait_timer: { check: anything },
    prevent_self_review: { check: anything },
    reviewers: { check: anything },
    deployment_branch_policy: { check: anything },
    // In use on github.com although its description does not have it; an Enterprise Server refuses it.
    ...(switches.enterpriseServer ? {} : { can_admins_bypass: { check: anything } }),
  });
  const { repository } = call;
  if (!hasEnvironments(repository, switches)) throw notFound();
  const gated = Object.keys(body).some((field) => field !== 'deployment_branch_policy');
  if (gated && repository.private && switches.plan !== 'enterprise' && !switches.enterpriseServer) {
    throw new Refusal(
      422,
      'Failed to create the environment protection rule. Please ensure the billing plan supports the required reviewers protection rule.',
    );
  }
  const name = parameter(call, 'environment_name');
  const known = repository.environments.get(name.toLowerCase());
  onPut(fullName(repository), name, known !== undefined);
  const environment = known ?? newEnvironment(state, name);
  const kept = switches.environmentPutClears ? {} : environment.protection;
  environment.protection = { ...kept, ...(body as Protection) };
  environment.updatedAt = call.clock.now();
  repository.environments.set(name.toLowerCase(), environment);
  return { status: 200, body: rendered(call, environment) };
}

export function newEnvironment(state: State, name: string, protection: Protection = {}): Environment {
  const now = state.clock.now();
  return { id: state.nextId(), name, createdAt: now, updatedAt: now, protection };
}

function rendered(call: RepositoryCall, environment: Environment): Record<string, unknown> {
  const { repository } = call;
  const { protection } = environment;
  const rule = (number: number, type: string, more: object): Record<string, unknown> => ({
    id: environment.id + number,
    node_id: nodeId('Gate', environment.id + number),
    type,
    ...more,
  });
  const reviewers = protection.reviewers ?? [];
  const reviewer = (id: number): Record<string, unknown> =>
    simpleUser(call, { id, login: `reviewer-${id}`, kind: 'User' });
  const encoded = encodeURIComponent(environment.name);
  return {
    id: environment.id,
    node_id: nodeId('Environment', environment.id),
    name: environment.name,
    url: `${call.api}/repos/${fullName(repository)}/environments/${encoded}`,
    html_url: `https://github.com/${fullName(repository)}/deployments/activity_log?environments_filter=${encoded}`,
    created_at: call.clock.rfc3339(environment.createdAt),
    updated_at: call.clock.rfc3339(environment.updatedAt),
    can_admins_bypass: protection.can_admins_bypass ?? true,
    protection_rules: [
      ...((protection.wait_timer ?? 0) > 0
        ? [rule(1, 'wait_timer', { wait_timer: protection.wait_timer })]
        : []),
      ...(reviewers.length > 0
        ? [
            rule(2, 'required_reviewers', {
              prevent_self_review: protection.prevent_self_review ?? false,
              reviewers: reviewers.map(({ type, id }) => ({ type, reviewer: reviewer(id) })),
            }),
          ]
        : []),
      ...(protection.deployment_branch_policy ? [rule(3, 'branch_policy', {})] : []),
    ],
    deployment_branch_policy: protection.deployment_branch_policy ?? null,
  };
}
