import type { CloudflareService } from './cloudflare/service.ts';
import type { GitHubService } from './github/service.ts';

/** Where the three services are for a client that knows nothing of the sandbox. */
export const ORIGINS = {
  cloudflare: 'https://api.cloudflare.com',
  github: 'https://api.github.com',
  application: 'https://app.example.com',
} as const;

export const ACCOUNT = '023e105f4ecef8ad9ca31a8372d0c353';
export const ZONE = '9a7806061c88ada191ed06f989cc3dac';

/** Cloudflare credentials by what they may do. */
export const CLOUDFLARE_CREDENTIALS = {
  write: 'cfat_sandbox_write',
  read: 'cfat_sandbox_read',
  email: 'admin@example.com',
  key: 'cfk_sandbox_key',
} as const;

/** GitHub tokens by what they are. */
export const GITHUB_TOKENS = {
  /** Fine-grained, with write permission for every kind of secret and variable. */
  write: 'github_pat_sandbox_write',
  /** Fine-grained, with read permission for every kind of secret and variable. */
  read: 'github_pat_sandbox_read',
  classic: 'ghp_sandbox_classic',
  installation: 'ghs_sandbox_installation',
  /** A workflow's own. */
  workflow: 'ghs_sandbox_workflow',
} as const;

const PERMISSIONS = [
  ...['secrets', 'environments', 'dependabot_secrets', 'codespaces_secrets', 'agent_secrets'],
  ...['organization_secrets', 'organization_dependabot_secrets', 'organization_codespaces_secrets'],
  ...['organization_agent_secrets', 'actions_variables', 'organization_actions_variables'],
  ...['agent_variables', 'organization_agent_variables'],
];

function permissions<Granted extends 'read' | 'write'>(level: Granted): Record<string, Granted> {
  return Object.fromEntries(PERMISSIONS.map((permission) => [permission, level]));
}

/** What a GitHub App can be granted of all that the action writes. */
export const APP_PERMISSIONS = { ...permissions('write'), administration: 'write', actions: 'read' } as const;

/** An account with a zone, and who may use the API there. */
export function populateCloudflare(cloudflare: CloudflareService): void {
  cloudflare.addAccount(ACCOUNT);
  cloudflare.addZone(ZONE, ACCOUNT);
  cloudflare.addApiToken({ token: CLOUDFLARE_CREDENTIALS.write, permission: 'write', accounts: [ACCOUNT] });
  cloudflare.addApiToken({ token: CLOUDFLARE_CREDENTIALS.read, permission: 'read', accounts: [ACCOUNT] });
  cloudflare.addApiKey({ email: CLOUDFLARE_CREDENTIALS.email, key: CLOUDFLARE_CREDENTIALS.key });
}

/** The organization acme with two repositories, one of them with an environment, and a token of each kind. */
export function populateGitHub(github: GitHubService): void {
  github.addOrganization('acme');
  github.addRepository({ owner: 'acme', name: 'web' });
  github.addRepository({ owner: 'acme', name: 'api' });
  github.addEnvironment('acme', 'web', 'production');
  const write = permissions('write');
  github.addToken({ token: GITHUB_TOKENS.write, kind: 'fine-grained', permissions: write });
  github.addToken({
    token: GITHUB_TOKENS.read,
    kind: 'fine-grained',
    permissions: permissions('read'),
  });
  github.addToken({ token: GITHUB_TOKENS.classic, kind: 'classic', scopes: ['repo', 'admin:org'] });
  github.addToken({ token: GITHUB_TOKENS.installation, kind: 'installation', permissions: write });
  github.addToken({
    token: GITHUB_TOKENS.workflow,
    kind: 'github_token',
    permissions: { actions: 'write', contents: 'write' },
    repositories: ['acme/web'],
  });
}
