import type { Target } from '../model.ts';

type Level = 'read' | 'write';

/** Permissions of a GitHub App, by their names in its API. */
export type Permissions = Readonly<Record<string, Level>>;

/**
 * The App permission that the secrets of a target are read and written with. GitHub's list of App
 * permissions has no name yet for those of agents: undefined.
 */
export function secretsPermission({ place }: Target): string | undefined {
  if (place.kind === 'environment') return 'environments';
  if (place.app === 'agents') return undefined;
  const own = place.app === 'actions' ? 'secrets' : `${place.app}_secrets`;
  return place.kind === 'organization' ? `organization_${own}` : own;
}

/** What to give a credential for a target, as its settings pages on github.com call it. */
export function describeNeed({ place }: Target): string {
  const whose = place.kind === 'organization' ? 'Organization permissions' : 'Repository permissions';
  const names = {
    actions: place.kind === 'environment' ? 'Environments' : 'Secrets',
    dependabot: place.kind === 'organization' ? 'Organization dependabot secrets' : 'Dependabot secrets',
    codespaces: place.kind === 'organization' ? 'Organization codespaces secrets' : 'Codespaces secrets',
    agents: 'Agent secrets',
  };
  const scope = place.kind === 'organization' ? 'admin:org' : 'repo';
  return `${whose} > ${names[place.app]}: read and write (the scope \`${scope}\` of a classic token)`;
}
