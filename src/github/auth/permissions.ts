import type { Place, Target } from '../../model/target.ts';
import type { Stores } from '../routes.ts';

const LEVELS = ['read', 'write', 'admin'] as const;
type Level = (typeof LEVELS)[number];
export type Access = 'read' | 'write';

/** Permissions of a GitHub App, by their keys in its API. */
export type Permissions = Readonly<Record<string, Level>>;

/** What a request to a place needs. */
export interface Need {
  /** The key of the permission of a GitHub App. */
  readonly permission: string;
  /** The same as its settings pages on github.com call it, with the scope of a classic token. */
  readonly described: string;
}

/** Creating an environment is a change to its repository. */
export const CREATE_ENVIRONMENT: Need = {
  permission: 'administration',
  described: 'Repository permissions > Administration: read and write (the scope `repo` of a classic token)',
};

/** What the secrets or the variables of a place are read and written with. */
export function needOf(place: Place, stores: Stores): Need {
  const organization = place.kind === 'organization';
  const { key, name } = keyOf(place, stores);
  const where = organization ? 'Organization permissions' : 'Repository permissions';
  const scope = organization ? 'admin:org' : 'repo';
  return {
    permission: organization ? `organization_${key}` : key,
    described: `${where} > ${name}: read and write (the scope \`${scope}\` of a classic token)`,
  };
}

function keyOf(place: Place, stores: Stores): { readonly key: string; readonly name: string } {
  // GitHub asks for this one alone, for secrets and for variables.
  if (place.kind === 'environment') return { key: 'environments', name: 'Environments' };
  const organization = place.kind === 'organization' ? 'Organization ' : '';
  switch (place.app) {
    case 'actions':
      return stores === 'secrets'
        ? { key: 'secrets', name: 'Secrets' }
        : { key: 'actions_variables', name: 'Variables' };
    case 'agents':
      return { key: `agent_${stores}`, name: `Agent ${stores}` };
    case 'dependabot':
      return { key: 'dependabot_secrets', name: capital(`${organization}dependabot secrets`) };
    case 'codespaces':
      return { key: 'codespaces_secrets', name: capital(`${organization}codespaces secrets`) };
  }
}

/** The least that a token for these targets takes. */
export function leastPermissions(
  targets: readonly Target[],
  access: Access,
  createsEnvironments: boolean,
): Permissions {
  const least: Record<string, Level> = { metadata: 'read' };
  for (const { place, clientIdKind } of targets) {
    least[needOf(place, 'secrets').permission] = access;
    if (clientIdKind === 'variable') least[needOf(place, 'variables').permission] = access;
    if (place.kind === 'environment' && createsEnvironments && access === 'write') {
      least[CREATE_ENVIRONMENT.permission] = 'write';
    }
  }
  return least;
}

/** What was granted of what is wanted: GitHub refuses a token for anything else. */
export function grantedOf(wanted: Permissions, granted: Permissions): Permissions {
  return Object.fromEntries(Object.entries(wanted).filter(([name, level]) => includes(granted[name], level)));
}

/** What the installation lacks of what is wanted, such as `secrets: write`. */
export function lackingOf(wanted: Permissions, granted: Permissions): readonly string[] {
  return Object.entries(wanted)
    .filter(([name, level]) => !includes(granted[name], level))
    .map(([name, level]) => `${name}: ${level}`);
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

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
