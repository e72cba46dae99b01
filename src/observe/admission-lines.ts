import type { Application, Policy } from '../cloudflare/policy-json.ts';
import { Problem } from '../model/problem.ts';
import { cleanEcho } from '../model/safe-text.ts';
import type { AdmissionLine } from '../model/admission.ts';
import type { PolicyLists } from './policy-lists.ts';

/** What a line of `admit-to` names, as it was read, whatever the token. */
export type LineReading = { readonly line: AdmissionLine; readonly what: string } & (
  | {
      readonly kind: 'application';
      readonly application: Application;
      /** Owned and reusable ones. */
      readonly policies: readonly Policy[];
    }
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'refused'; readonly problem: Problem }
);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Finds what the lines name. Never throws a Problem: a line that cannot be used says why. */
export function readLines(
  lines: readonly AdmissionLine[],
  lists: PolicyLists,
): Promise<readonly LineReading[]> {
  return Promise.all(
    lines.map(async (line) => {
      try {
        return line.kind === 'application'
          ? await readApplication(line, lists)
          : await readPolicy(line, lists);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return { line, what: `${line.kind} ${cleanEcho(line.value)}`, kind: 'refused', problem: error };
      }
    }),
  );
}

/** What people call an application: its name, and its first hostname if that is another. */
export function describeApplication({ name, hostnames, id }: Application): string {
  const [hostname] = hostnames;
  const called = name === '' ? (hostname ?? id) : name;
  const at = hostname === undefined || hostname === called ? '' : ` (${cleanEcho(hostname, 100)})`;
  return `application ${JSON.stringify(cleanEcho(called, 100))}${at}`;
}

export function describePolicy({ name, id }: Pick<Policy, 'name' | 'id'>): string {
  return `policy ${JSON.stringify(name === '' ? id : cleanEcho(name, 100))}`;
}

async function readApplication(line: AdmissionLine, lists: PolicyLists): Promise<LineReading> {
  const application = findApplication(line.value, await lists.applications());
  const policies = await lists.of(application.id);
  if (policies === undefined) throw noApplication(line.value);
  return { line, what: describeApplication(application), kind: 'application', application, policies };
}

async function readPolicy(line: AdmissionLine, lists: PolicyLists): Promise<LineReading> {
  const policies = await lists.reusable();
  const byId = policies.filter(({ id }) => id === line.value.toLowerCase());
  const matching = byId.length > 0 ? byId : policies.filter(({ name }) => name === line.value);
  const [policy, another] = matching;
  if (policy === undefined) throw noPolicy(line.value);
  if (another !== undefined) {
    throw new Problem(
      'policy-ambiguous',
      `admit-to: more than one reusable policy is named ${quoted(line.value)}: ${matching.map(({ id }) => id).join(', ')}.`,
      'Name the policy by its ID: policy=<ID>.',
    );
  }
  return { line, what: describePolicy(policy), kind: 'policy', policy };
}

/** @throws Problem if no application is meant, or more than one may be */
function findApplication(value: string, applications: readonly Application[]): Application {
  const byId = applications.filter(({ id }) => id === value.toLowerCase());
  const wanted = normalized(value);
  const named = applications.filter(
    ({ name, hostnames }) => name === value || hostnames.some((hostname) => normalized(hostname) === wanted),
  );
  const matching = byId.length > 0 ? byId : named;
  const [application, another] = matching;
  if (application === undefined) throw noApplication(value);
  if (another === undefined) return application;
  throw new Problem(
    'application-ambiguous',
    `admit-to: more than one Access application fits ${quoted(value)}: ${matching.map(({ id }) => id).join(', ')}.`,
    'Name the application by its ID: application=<ID>.',
  );
}

/** A hostname with its path: in lower case up to the path, without a scheme and what means the whole of a path. */
function normalized(text: string): string {
  const [host = '', ...path] = text.replace(/^https?:\/\//i, '').split('/');
  return [host.toLowerCase(), ...path].join('/').replace(/\/+\*?$/, '');
}

function noApplication(value: string): Problem {
  return new Problem(
    'application-not-found',
    `admit-to: there is no Access application with the ${UUID.test(value) ? 'ID' : 'domain or name'} ${quoted(value)}, or these API credentials may not see it.`,
    'Check the line: it takes the domain with its path as the application has it, its name or its ID. Applications of a zone are found only with cloudflare-zone-id.',
  );
}

function noPolicy(value: string): Problem {
  return new Problem(
    'policy-not-found',
    `admit-to: there is no reusable policy with the ${UUID.test(value) ? 'ID' : 'name'} ${quoted(value)}, or these API credentials may not see it.`,
    'Check the line: it takes the name or the ID of a reusable policy. A policy that belongs to one application is not reusable: name the application instead.',
  );
}

function quoted(value: string): string {
  return JSON.stringify(cleanEcho(value, 100));
}
