import { ownPolicies, SERVICE_AUTH } from '../cloudflare/own-policy.ts';
import { groupIn, isAnyToken, isEveryone, namesToken, type Policy } from '../cloudflare/policy-json.ts';
import type { AdmissionState } from '../model/admission.ts';
import { Problem } from '../model/problem.ts';
import { describePolicy, type LineReading } from './admission-lines.ts';

/** Whether a policy lets a token in: `limited` if only under conditions that cannot be judged from here. */
type Admits = 'yes' | 'limited' | 'no';

/**
 * Says of each line whether the token is admitted there.
 * @param tokenId undefined for a token that does not exist yet
 */
export function statesOf(
  readings: readonly LineReading[],
  tokenId: string | undefined,
): readonly AdmissionState[] {
  return readings.map((reading) => {
    switch (reading.kind) {
      case 'refused': {
        const { line, what, problem } = reading;
        return { line, what, application: undefined, warnings: [], kind: 'refused', problem };
      }
      case 'application':
        return ofApplication(reading, tokenId);
      case 'policy':
        return ofPolicy(reading, tokenId);
    }
  });
}

/** Whether a Service Auth policy lets the token in, by naming it or by taking any. */
export function admits(policy: Policy, tokenId: string | undefined): Admits {
  const { decision, include, exclude, require, malformed } = policy;
  if (malformed || decision !== SERVICE_AUTH) return 'no';
  const named = (rule: unknown): boolean =>
    isAnyToken(rule) || (tokenId !== undefined && namesToken(rule, tokenId));
  if (!include.some(named) || exclude.some(named)) return 'no';
  return exclude.length > 0 || require.some((rule) => !named(rule)) ? 'limited' : 'yes';
}

function ofApplication(
  reading: LineReading & { readonly kind: 'application' },
  tokenId: string | undefined,
): AdmissionState {
  const { line, what, policies } = reading;
  const application = { id: reading.application.id, name: reading.application.name };
  const common = { line, what, application };
  const own = tokenId === undefined ? [] : ownPolicies(policies, tokenId);
  const admission = { kind: 'own-policy', line, what, application } as const;
  if (own.length > 0) {
    const doubled = own.length > 1 ? ({ doubled: true } as const) : {};
    return { ...common, warnings: [], kind: 'admitted', admission, ...doubled };
  }
  const bypass = policies.find(bypasses);
  if (bypass !== undefined)
    return { ...common, warnings: [], kind: 'refused', problem: bypassed(what, bypass) };
  const excluding = tokenId === undefined ? undefined : policies.find((policy) => excludes(policy, tokenId));
  if (excluding !== undefined) {
    return { ...common, warnings: [], kind: 'refused', problem: excluded(what, excluding) };
  }
  const admitting = policies.find((policy) => admits(policy, tokenId) === 'yes');
  if (admitting !== undefined) return { ...common, warnings: [], kind: 'admitted', admission: undefined };
  const limited = policies.find((policy) => admits(policy, tokenId) === 'limited');
  if (limited !== undefined) {
    const warnings = [limitedTo(`${describePolicy(limited)} of ${what}`)];
    return { ...common, warnings, kind: 'admitted', admission: undefined };
  }
  return {
    ...common,
    warnings: tokenId === undefined ? [] : groupsOf(policies, what),
    kind: 'missing',
    admission,
  };
}

function ofPolicy(
  { line, what, policy }: LineReading & { readonly kind: 'policy' },
  tokenId: string | undefined,
): AdmissionState {
  const common = { line, what, application: undefined };
  const problem = unsuitable(policy, what, tokenId);
  if (problem !== undefined) return { ...common, warnings: [], kind: 'refused', problem };
  const warnings: string[] = [];
  if (policy.exclude.length > 0 || policy.require.length > 0) warnings.push(limitedTo(what));
  if (policy.applications === 0)
    warnings.push(`No application uses the ${what}, so it admits nobody anywhere yet.`);
  const admission = { kind: 'include', line, what, policy: { id: policy.id, name: policy.name } } as const;
  const others = policy.include.filter((rule) => tokenId === undefined || !namesToken(rule, tokenId));
  if (others.length < policy.include.length) {
    const stays = others.length === 0 ? { stays: lastRule(what) } : {};
    return { ...common, warnings, kind: 'admitted', admission, ...stays };
  }
  if (policy.include.some(isAnyToken)) return { ...common, warnings, kind: 'admitted', admission: undefined };
  return { ...common, warnings, kind: 'missing', admission };
}

/** Why a token cannot be admitted by a reusable policy; undefined if it can. */
export function unsuitable(policy: Policy, what: string, tokenId: string | undefined): Problem | undefined {
  if (policy.malformed) return unreadable(what);
  if (policy.decision !== SERVICE_AUTH) {
    return new Problem(
      'policy-unsuitable',
      `The ${what} has the action ${actionOf(policy.decision)}, which does not let a service token in.`,
      'Only the action Service Auth admits service tokens; Allow asks for a login by a person. Name a policy with the action Service Auth in admit-to.',
    );
  }
  return tokenId !== undefined && excludes(policy, tokenId) ? excluded(what, policy) : undefined;
}

export function unreadable(what: string): Problem {
  return new Problem(
    'policy-unreadable',
    `Cloudflare's reply about the ${what} is not what a policy looks like, so the policy was not changed.`,
    'Look at the policy in Cloudflare Zero Trust, and run this again later.',
  );
}

export function lastRule(what: string): Problem {
  return new Problem(
    'policy-last-rule',
    `The token is the only rule in the include list of the ${what}, and a policy cannot be left without any.`,
    'Delete the policy in Cloudflare Zero Trust, or put another rule into it. Then run this again.',
  );
}

function bypasses({ decision, include, exclude, require }: Policy): boolean {
  return decision === 'bypass' && include.some(isEveryone) && exclude.length === 0 && require.length === 0;
}

function excludes({ decision, exclude }: Policy, tokenId: string): boolean {
  return decision === SERVICE_AUTH && exclude.some((rule) => namesToken(rule, tokenId));
}

function bypassed(what: string, policy: Policy): Problem {
  return new Problem(
    'application-bypassed',
    `The ${what} lets everyone in without a login by its ${describePolicy(policy)} (Bypass), so admitting a token there would change nothing.`,
    'Remove the Bypass policy if the application should be protected, or take the line out of admit-to.',
  );
}

function excluded(what: string, policy: Policy): Problem {
  return new Problem(
    'policy-unsuitable',
    `The ${describePolicy(policy)}${what.startsWith('policy') ? '' : ` of the ${what}`} excludes this token by name, so somebody keeps it out on purpose.`,
    'Take the token out of the exclude rules first, or take the line out of admit-to.',
  );
}

function limitedTo(what: string): string {
  return `The ${what} admits the token only as far as its require and exclude rules allow, which cannot be judged from here.`;
}

function groupsOf(policies: readonly Policy[], what: string): readonly string[] {
  const groups = policies
    .filter(({ decision }) => decision === SERVICE_AUTH)
    .flatMap(({ include }) => include.flatMap((rule) => groupIn(rule) ?? []));
  if (groups.length === 0) return [];
  return [
    `The ${what} has a Service Auth policy that includes a group (${groups.join(', ')}). Access may or may not admit a service token by a group, so the action does not count on it.`,
  ];
}

function actionOf(decision: string): string {
  const names: Readonly<Record<string, string>> = { allow: 'Allow', deny: 'Block', bypass: 'Bypass' };
  return names[decision] ?? JSON.stringify(decision);
}
