import { createHash } from 'node:crypto';
import { Octokit } from '@octokit/rest';
import sodium from 'libsodium-wrappers';
import { VirtualClock } from '../../sandbox/clock.ts';
import { Faults } from '../../sandbox/faults.ts';
import { GitHubService } from '../../sandbox/github/service.ts';
import type { Switches } from '../../sandbox/github/switches.ts';
import { openapiCheck } from './openapi-check.ts';

export const WRITER = 'github_pat_writer';
export const CLASSIC = 'ghp_classic';
export const WORKFLOW = 'ghs_workflow';

const logs: { readonly faults: Faults; readonly basePath: string }[] = [];

/** An organization `acme` with repositories `web`, `api` and `site`, and a token that may write everywhere. */
export function setUp(switches: Partial<Switches> = {}, basePath = '') {
  const clock = new VirtualClock();
  const github = new GitHubService({ clock, random: reproducible(), switches, basePath });
  github.addOrganization('acme');
  const ids = {
    web: github.addRepository({ owner: 'acme', name: 'web' }),
    api: github.addRepository({ owner: 'acme', name: 'api' }),
    site: github.addRepository({ owner: 'acme', name: 'site', private: false }),
  };
  github.addEnvironment('acme', 'web', 'prod/eu west');
  github.addToken({ token: WRITER, kind: 'fine-grained', permissions: EVERYTHING });
  github.addToken({ token: CLASSIC, kind: 'classic', scopes: ['repo', 'admin:org'] });
  // More than any workflow can be given, so that the kind of token alone is what closes the secrets to it.
  github.addToken({ token: WORKFLOW, kind: 'github_token', permissions: EVERYTHING });
  const faults = new Faults(clock);
  logs.push({ faults, basePath });
  const fetch = inProcess(faults.wrap('github', github.handle));
  const octokit = (auth: string | undefined = WRITER): Octokit =>
    new Octokit({
      ...(auth === '' ? {} : { auth }),
      baseUrl: `https://api.github.com${basePath}`,
      request: { fetch, redirect: 'manual' },
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    });
  return { clock, github, ids, octokit, fetch, log: faults.log };
}

/** Any request, where the types of Octokit allow only those that GitHub would not refuse. */
export function send(octokit: Octokit, route: string, parameters: Readonly<Record<string, unknown>>) {
  return octokit.request(route, parameters);
}

export const EVERYTHING = {
  secrets: 'write',
  environments: 'write',
  organization_secrets: 'write',
  dependabot_secrets: 'write',
  organization_dependabot_secrets: 'write',
  codespaces_secrets: 'write',
  organization_codespaces_secrets: 'write',
  agent_secrets: 'write',
  organization_agent_secrets: 'write',
  actions_variables: 'write',
  organization_actions_variables: 'write',
  agent_variables: 'write',
  organization_agent_variables: 'write',
  actions: 'read',
  administration: 'write',
} as const;

/** What GitHub's OpenAPI document has against any exchange since it was last asked. */
export async function contractProblems(): Promise<string[]> {
  const problems: string[] = [];
  for (const { faults, basePath } of logs.splice(0)) {
    for (const exchange of faults.log) problems.push(...(await openapiCheck(exchange, { basePath })));
  }
  return problems;
}

export interface Key {
  readonly key_id: string;
  readonly key: string;
}

/** Sealed by libsodium itself, which the sandbox does not use. */
export async function seal(value: string, { key, key_id }: Key) {
  await sodium.ready;
  const sealed = sodium.crypto_box_seal(Buffer.from(value), Buffer.from(key, 'base64'));
  return { encrypted_value: Buffer.from(sealed).toString('base64'), key_id };
}

export interface Refused {
  readonly status: number;
  readonly message: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

interface RequestError {
  readonly status: number;
  readonly response: { readonly data: Record<string, unknown>; readonly headers: Record<string, string> };
}

/** The refusal of a request that must not succeed. */
export async function refusal(request: Promise<unknown>): Promise<Refused> {
  try {
    await request;
  } catch (error) {
    const { status, response } = error as RequestError;
    return {
      status,
      message: String(response.data['message']),
      body: response.data,
      headers: response.headers,
    };
  }
  throw new Error('the request was not refused');
}

function inProcess(handle: (request: Request) => Promise<Response>): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await handle(request);
    // Over a network a response knows its URL, and Octokit's pages depend on it.
    return Object.defineProperty(response, 'url', { value: request.url });
  };
}

function ignore(): void {
  // Octokit prints every refusal otherwise.
}

/** Bytes that are the same in every run. */
function reproducible(): (count: number) => Uint8Array {
  let drawn = 0;
  return (count) => {
    drawn += 1;
    return createHash('shake256', { outputLength: count }).update(String(drawn)).digest();
  };
}
