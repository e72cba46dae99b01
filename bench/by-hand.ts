import { join } from 'node:path';
import { demandSuccess, runNode } from './child.ts';
import type { Services } from './services.ts';

const SCRIPTS = join(import.meta.dirname, 'today');

/** What a token is delivered as: the names of its secrets, and the repositories that get both. */
export interface Delivery {
  readonly token: string;
  readonly clientIdName: string;
  readonly clientSecretName: string;
  readonly repositories: readonly string[];
}

export interface ByHand {
  readonly wall: number;
  readonly requests: number;
  readonly processes: number;
}

/**
 * What people do without this action: the official SDK's rotate, and a process for each secret that is written.
 * Nothing is read before, nothing proven, and nothing told from whom the old secret was taken.
 * @param delay by which every reply is late
 */
export async function rotateByHand(
  services: Services,
  deliveries: readonly Delivery[],
  delay: number,
): Promise<ByHand> {
  const { inputs, origins } = services.started;
  const env = {
    CLOUDFLARE_API_TOKEN: inputs['cloudflare-api-token'] ?? '',
    CLOUDFLARE_ACCOUNT_ID: inputs['cloudflare-account-id'] ?? '',
    CLOUDFLARE_BASE_URL: `${origins.cloudflare}/client/v4`,
    GITHUB_TOKEN: inputs['github-token'] ?? '',
    GITHUB_API_URL: origins.github,
  };
  let processes = 0;
  const script = async (name: string, ...args: string[]): Promise<string> => {
    processes += 1;
    return demandSuccess(await runNode([join(SCRIPTS, name), ...args], env), name).output;
  };
  await services.begin({ delay });
  const begun = performance.now();
  for (const { token, clientIdName, clientSecretName, repositories } of deliveries) {
    const [clientId = '', clientSecret = ''] = (await script('rotate-token.mjs', token)).trim().split('\n');
    for (const repository of repositories) {
      await script('set-secret.mjs', repository, clientIdName, clientId);
      await script('set-secret.mjs', repository, clientSecretName, clientSecret);
    }
  }
  const wall = performance.now() - begun;
  return { wall, requests: (await services.end()).requests.length, processes };
}
