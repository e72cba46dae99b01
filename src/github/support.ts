import { describeTarget, type Target } from '../model/target.ts';
import type { Problem } from '../model/problem.ts';
import { hasVariables } from './routes.ts';
import { TargetProblem } from './target-problem.ts';

/** Targets that cannot be reached whatever the permissions are; undefined for all others. */
export function unsupported(
  target: Target,
  { apiUrl, credential }: { apiUrl: string; credential: 'token' | 'app' },
): Problem | undefined {
  const { place, clientIdKind } = target;
  if (clientIdKind === 'variable' && !hasVariables(place)) {
    return new TargetProblem(
      'secrets-not-offered',
      `${describeTarget(target)}: GitHub has no ${place.app} variables.`,
      'Store the client ID there as a secret (client-id-kind: secret).',
    );
  }
  if (place.app !== 'codespaces' && place.app !== 'agents') return undefined;
  if (isEnterpriseServer(apiUrl)) {
    return new TargetProblem(
      'secrets-not-offered',
      `${describeTarget(target)}: GitHub Enterprise Server has no ${place.app} secrets.`,
      'Take the target out: there are Actions and Dependabot secrets alone.',
    );
  }
  if (place.app === 'codespaces' && place.kind === 'organization' && credential === 'app') {
    return new TargetProblem(
      'app-not-allowed',
      `${describeTarget(target)}: GitHub lets no App reach the Codespaces secrets of an organization.`,
      'Use github-token with the personal access token of an owner of the organization (scope `admin:org`).',
    );
  }
  return undefined;
}

/** Neither github.com, nor a tenant of ghe.com, nor a simulation on this machine. */
function isEnterpriseServer(apiUrl: string): boolean {
  const { hostname } = new URL(apiUrl);
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return !(loopback || hostname === 'api.github.com' || hostname.endsWith('.ghe.com'));
}
