import type { Target } from '../../model/target.ts';

const LEVELS = ['read', 'write', 'admin'] as const;
type Level = (typeof LEVELS)[number];
export type Access = 'read' | 'write';

/** Permissions of a GitHub App, by their names in its API. */
export type Permissions = Readonly<Record<string, Level>>;

/**
 * The permission that the secrets of a target are read and written with. GitHub's list of App permissions
 * has no name yet for those of agents: undefined.
 */
export function secretsPermission({ place }: Target): string | undefined {
  if (place.kind === 'environment') return 'environments';
  if (place.app === 'agents') return undefined;
  const own = place.app === 'actions' ? 'secrets' : `${place.app}_secrets`;
  return place.kind === 'organization' ? `organization_${own}` : own;
}

/**
 * The least that a token for these targets takes; undefined where that cannot be said, and the token gets
 * all that its App has.
 */
export function leastPermissions(
  targets: readonly Target[],
  access: Access,
  mayCreateEnvironment: boolean,
): Permissions | undefined {
  const least: Record<string, Level> = { metadata: 'read' };
  for (const target of targets) {
    const permission = secretsPermission(target);
    if (permission === undefined) return undefined;
    least[permission] = access;
    if (target.place.kind === 'environment' && mayCreateEnvironment && access === 'write') {
      least['administration'] = 'write';
    }
  }
  return least;
}

/** What was granted of what is wanted: GitHub refuses a token for anything else. */
export function grantedOf(wanted: Permissions, granted: Permissions): Permissions {
  return Object.fromEntries(Object.entries(wanted).filter(([name, level]) => includes(granted[name], level)));
}

/** The permission that a target needs and the installation has not, such as `secrets: write`. */
export function lackingFor(target: Target, access: Access, granted: Permissions): string | undefined {
  const permission = secretsPermission(target);
  if (permission === undefined || includes(granted[permission], access)) return undefined;
  return `${permission}: ${access}`;
}

/** What to give a credential for a target, as its settings pages on github.com call it. */
export function describeNeed({ place }: Target): string {
  const organization = place.kind === 'organization';
  const names = {
    actions: place.kind === 'environment' ? 'Environments' : 'Secrets',
    dependabot: organization ? 'Organization dependabot secrets' : 'Dependabot secrets',
    codespaces: organization ? 'Organization codespaces secrets' : 'Codespaces secrets',
    agents: 'Agent secrets',
  };
  const where = organization ? 'Organization permissions' : 'Repository permissions';
  const scope = organization ? 'admin:org' : 'repo';
  return `${where} > ${names[place.app]}: read and write (the scope \`${scope}\` of a classic token)`;
}

export function isPermissions(value: unknown): value is Permissions {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((level) => LEVELS.some((known) => known === level))
  );
}

function includes(granted: Level | undefined, needed: Level): boolean {
  return granted !== undefined && LEVELS.indexOf(granted) >= LEVELS.indexOf(needed);
}
