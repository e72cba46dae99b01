import type { Milliseconds } from '../../src/model/time.ts';
import type { Bench } from './lab.ts';
import type { Names } from './names.ts';
import type { Benches } from './run.ts';
import { Service, type Sleep } from './service.ts';

export interface Means {
  readonly names: Names;
  readonly signal: AbortSignal;
  readonly fetch: typeof globalThis.fetch;
  readonly sleep: Sleep;
  /** Between two writes. */
  readonly pause: Milliseconds;
  readonly randomBytes: (count: number) => Uint8Array;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Both halves of a run as the environment names them; a sentence if it names neither, or only a part of one. */
export function environmentBenches(env: Environment, means: Means): Benches | string {
  const given = (name: string): string | undefined => withoutSpaces(env[`CONFORMANCE_${name}`]);
  const cloudflareToken = given('CLOUDFLARE_API_TOKEN');
  const account = given('ACCOUNT_ID');
  const githubToken = given('GITHUB_TOKEN');
  const repository = given('REPOSITORY');
  if ((cloudflareToken === undefined) !== (account === undefined)) {
    return 'Set both CONFORMANCE_CLOUDFLARE_API_TOKEN and CONFORMANCE_ACCOUNT_ID, or neither.';
  }
  if ((githubToken === undefined) !== (repository === undefined)) {
    return 'Set both CONFORMANCE_GITHUB_TOKEN and CONFORMANCE_REPOSITORY, or neither.';
  }
  if (![cloudflareToken, githubToken].every((token = 'x') => /^[\x21-\x7e]+$/.test(token))) {
    return 'A token must be printable ASCII without spaces.';
  }
  if (account !== undefined && !/^[0-9a-f]{32}$/.test(account)) {
    return 'CONFORMANCE_ACCOUNT_ID must have 32 hexadecimal digits.';
  }
  if (repository !== undefined && !/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    return 'CONFORMANCE_REPOSITORY must be owner/name.';
  }
  if (cloudflareToken === undefined && githubToken === undefined) {
    return 'Set CONFORMANCE_CLOUDFLARE_API_TOKEN and CONFORMANCE_ACCOUNT_ID, or CONFORMANCE_GITHUB_TOKEN and CONFORMANCE_REPOSITORY: see docs/conformance.md.';
  }
  const service = (base: string, token: string, headers: Record<string, string>): Service =>
    new Service({
      ...means,
      base: base.replace(/\/+$/, ''),
      headers: { ...headers, authorization: `Bearer ${token}` },
    });
  const bench: Omit<Bench, 'api'> = {
    names: means.names,
    randomBytes: means.randomBytes,
    sleep: (duration) => means.sleep(duration, means.signal),
  };
  const clientId = given('APP_CLIENT_ID');
  const privateKey = given('APP_PRIVATE_KEY');
  const userAgent = { 'user-agent': 'cloudflare-access-service-token-conformance' };
  return {
    cloudflare:
      cloudflareToken === undefined
        ? undefined
        : {
            ...bench,
            api: service(
              given('CLOUDFLARE_API_URL') ?? 'https://api.cloudflare.com/client/v4',
              cloudflareToken,
              userAgent,
            ),
            access: `/accounts/${account ?? ''}/access`,
            domain: given('APPLICATION_DOMAIN'),
          },
    github:
      githubToken === undefined
        ? undefined
        : {
            ...bench,
            api: service(given('GITHUB_API_URL') ?? 'https://api.github.com', githubToken, {
              ...userAgent,
              accept: 'application/vnd.github+json',
              'x-github-api-version': '2022-11-28',
            }),
            repository: `/repos/${repository ?? ''}`,
            app: clientId === undefined || privateKey === undefined ? undefined : { clientId, privateKey },
          },
  };
}

/** A variable that came out empty counts as not set, as a missing secret of a workflow does. */
function withoutSpaces(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text === '' ? undefined : text;
}
