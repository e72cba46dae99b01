import { invalidRequest } from '../reply.ts';
import type { AccessState, ApplicationRecord, Link, PolicyRecord } from './records.ts';
import { sameScope } from './records.ts';
import type { AccessSwitches } from './switches.ts';

/** A policy with its place in an application. */
export interface LinkedPolicy {
  readonly policy: PolicyRecord;
  readonly precedence: number;
}

/** The policies of an application in their order, owned and reusable ones. */
export function policiesOf(application: ApplicationRecord, state: AccessState): readonly LinkedPolicy[] {
  return application.links.flatMap(({ policy: id, precedence }) => {
    const policy = state.policies.get(id);
    return policy === undefined ? [] : [{ policy, precedence }];
  });
}

/** The applications that a policy is in. */
export function applicationsWith(policy: string, state: AccessState): readonly ApplicationRecord[] {
  return [...state.applications.values()].filter(({ links }) => links.some((link) => link.policy === policy));
}

/** The links with one more, or with that one in another place; refuses a precedence that is in use. */
export function withLink(
  application: ApplicationRecord,
  { policy, precedence }: { readonly policy: string; readonly precedence: number | undefined },
  state: AccessState,
  switches: AccessSwitches,
): readonly Link[] {
  const others = application.links.filter((link) => link.policy !== policy);
  const rivals =
    switches.precedenceUniqueIn === 'application' ? others : everyLink(application, policy, state);
  if (precedence !== undefined && rivals.some((link) => link.precedence === precedence)) throw notUnique();
  const last = Math.max(0, ...rivals.map((link) => link.precedence));
  return inOrder([...others, { policy, precedence: precedence ?? last + 1 }]);
}

/** Gives each link without a precedence the one after the link before it; refuses a precedence given twice. */
export function numbered(
  links: readonly { readonly policy: string; readonly precedence: number | undefined }[],
): readonly Link[] {
  let previous = 0;
  const all = links.map(({ policy, precedence }) => {
    previous = precedence ?? previous + 1;
    return { policy, precedence: previous };
  });
  if (new Set(all.map(({ precedence }) => precedence)).size < all.length) throw notUnique();
  return inOrder(all);
}

function everyLink(application: ApplicationRecord, except: string, state: AccessState): readonly Link[] {
  return [...state.applications.values()]
    .filter(({ scope }) => sameScope(scope, application.scope))
    .flatMap(({ links }) => links)
    .filter(({ policy }) => policy !== except);
}

function inOrder(links: readonly Link[]): readonly Link[] {
  return links.toSorted((one, other) => one.precedence - other.precedence);
}

function notUnique(): Error {
  return invalidRequest('policy precedences must be unique');
}
