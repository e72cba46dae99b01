import { describeTarget, type Target } from '../model/target.ts';
import type { LocatedTarget } from './target-keys.ts';

/** The targets of one token; `label` is how a problem of another token names it, undefined if there is only one. */
export interface TargetsOfToken {
  readonly label: string | undefined;
  readonly targets: readonly LocatedTarget[];
}

interface Writer {
  readonly token: TargetsOfToken;
  readonly located: LocatedTarget;
  readonly role: 'client ID' | 'client secret';
}

/**
 * Notes every name that would be written twice in one place, with different values or by two tokens. A secret and a
 * variable of one name are two things, and the lines of one token may share a client ID.
 */
export function refuseCollisions(tokens: readonly TargetsOfToken[]): void {
  const writers = new Map<string, Writer>();
  for (const token of tokens) {
    for (const located of token.targets) {
      const { clientIdName, clientIdKind, clientSecretName } = located.target;
      note(writers, { token, located, role: 'client secret' }, 'secret', clientSecretName);
      note(writers, { token, located, role: 'client ID' }, clientIdKind, clientIdName);
    }
  }
}

function note(writers: Map<string, Writer>, writer: Writer, kind: string, name: string): void {
  const { target, spot } = writer.located;
  const key = JSON.stringify([placeKey(target), kind, name]);
  const first = writers.get(key);
  if (first === undefined) {
    writers.set(key, writer);
    return;
  }
  // A line whose own two names are equal was refused for that already.
  if (first.located === writer.located) return;
  const sameToken = first.token === writer.token;
  const bothIds = first.role === 'client ID' && writer.role === 'client ID';
  if (sameToken && bothIds) {
    if (sharingOf(first.located.target) === sharingOf(target)) return;
    spot.complain(
      `gives the client ID ${name} in ${describeTarget(target)} another visibility than ${first.located.label}; ` +
        'accepts one for each name',
    );
    return;
  }
  const other = first.token.label === undefined || sameToken ? '' : ` for the token ${first.token.label}`;
  spot.complain(
    `writes the ${writer.role} to ${name} in ${describeTarget(target)}, where ${first.located.label} writes the ` +
      `${first.role}${other}; accepts each name once in one place`,
  );
}

/** Who may use an organization's secret; empty for other places. */
function sharingOf({ place }: Target): string {
  if (place.kind !== 'organization') return '';
  const repositories = place.repositories?.map((name) => name.toLowerCase()).sort();
  return JSON.stringify([place.visibility ?? '', repositories ?? '']);
}

/** Equal for equal places: GitHub ignores capitals in these names. */
function placeKey({ place }: Target): string {
  const parts =
    place.kind === 'organization'
      ? [place.organization]
      : [place.owner, place.repository, ...(place.kind === 'environment' ? [place.environment] : [])];
  return JSON.stringify([place.kind, place.app, ...parts]).toLowerCase();
}
