/** The `github` context of a job, as far as an action can see it; a schedule on acme/web if not told otherwise. */
export interface GitHubContext {
  readonly repository: string;
  readonly api_url: string;
  readonly server_url: string;
  readonly run_id: string;
  readonly run_number: string;
  readonly run_attempt: string;
  readonly job: string;
  readonly workflow: string;
  readonly event_name: string;
  readonly ref: string;
  readonly actor: string;
  readonly [name: string]: string;
}

export const DEFAULT_GITHUB_CONTEXT: GitHubContext = {
  repository: 'acme/web',
  api_url: 'https://api.github.com',
  server_url: 'https://github.com',
  graphql_url: 'https://api.github.com/graphql',
  run_id: '7000000001',
  run_number: '1',
  run_attempt: '1',
  job: 'rotate',
  workflow: 'Rotate',
  event_name: 'schedule',
  ref: 'refs/heads/main',
  ref_name: 'main',
  ref_type: 'branch',
  ref_protected: 'true',
  base_ref: '',
  head_ref: '',
  sha: '0123456789abcdef0123456789abcdef01234567',
  actor: 'octocat',
  actor_id: '583231',
  triggering_actor: 'octocat',
  repository_id: '1001',
  repository_owner_id: '2001',
  retention_days: '90',
  action: '__acme_rotate',
  action_ref: 'v1',
  action_repository: 'acme/cloudflare-access-service-token',
};

/** The variables that the runner derives from the context, and those of its own. */
export function runnerVariables(
  github: GitHubContext,
  folders: { readonly temp: string; readonly toolCache: string; readonly workspace: string },
  debug: boolean,
): Record<string, string> {
  const [owner = ''] = github.repository.split('/');
  const derived: Record<string, string> = {
    ...github,
    repository_owner: owner,
    workspace: folders.workspace,
    workflow_ref: `${github.repository}/.github/workflows/rotate.yml@${github.ref}`,
    workflow_sha: github['sha'] ?? '',
  };
  const named = Object.entries(derived).map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, value]);
  return {
    ...(Object.fromEntries(named) as Record<string, string>),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'Sandbox runner',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.toolCache,
    ...(debug ? { RUNNER_DEBUG: '1' } : {}),
  };
}
