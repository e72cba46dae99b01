import { BaseApplications } from 'cloudflare/resources/zero-trust/access/applications/applications';
import { BasePolicies as BaseApplicationPolicies } from 'cloudflare/resources/zero-trust/access/applications/policies';
import { BaseGroups } from 'cloudflare/resources/zero-trust/access/groups';
import { BasePolicies } from 'cloudflare/resources/zero-trust/access/policies';
import { BaseServiceTokens } from 'cloudflare/resources/zero-trust/access/service-tokens';
import { createClient } from 'cloudflare/tree-shakable';
import type { Dependencies } from '../model/dependencies.ts';
import { constantCredential } from '../http/api-credential.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import { Gate } from '../http/gate.ts';
import { ServiceClock } from '../http/service-clock.ts';
import type { WaitBudget } from '../http/wait-budget.ts';
import type { Settings } from '../settings/settings.ts';
import { Api } from './api.ts';

export interface ConnectionOptions {
  readonly deps: Dependencies;
  readonly settings: Pick<Settings, 'scope' | 'cloudflare' | 'requestTimeout'>;
  readonly waitBudget: WaitBudget;
}

/** What every part of Cloudflare's API shares in one run: one clock, one credential and its limits, one client. */
export type Connection = ReturnType<typeof connect>;

export function connect({ deps, settings, waitBudget }: ConnectionOptions) {
  const clock = new ServiceClock(deps.time);
  const gate = new Gate(deps.time, waitBudget);
  const credential = constantCredential(() => Promise.resolve(secretOf(settings)), gate);
  const { scope, requestTimeout } = settings;
  return {
    api: new Api({ clock, waitBudget, credential }),
    sdk: clientOf(settings, boundedFetch({ ...deps, clock, requestTimeout })),
    /** The account or zone, as the SDK takes it. */
    within: scope.kind === 'account' ? { account_id: scope.id } : { zone_id: scope.id },
  };
}

function secretOf({ cloudflare: { credentials } }: Pick<Settings, 'cloudflare'>): string {
  return credentials.kind === 'api-token' ? credentials.token : credentials.key;
}

function clientOf(
  { cloudflare: { credentials, apiUrl } }: Pick<Settings, 'cloudflare'>,
  fetch: typeof globalThis.fetch,
) {
  const keys =
    credentials.kind === 'api-token'
      ? { apiToken: credentials.token, apiKey: null, apiEmail: null }
      : { apiToken: null, apiKey: credentials.key, apiEmail: credentials.email };
  return createClient({
    resources: [BaseServiceTokens, BaseApplications, BaseApplicationPolicies, BasePolicies, BaseGroups],
    ...keys,
    userServiceKey: null,
    baseURL: apiUrl,
    fetch,
    // The SDK would repeat a rotation whose reply was lost, and time out by a clock of its own.
    maxRetries: 0,
    timeout: 2 ** 31 - 1,
    logLevel: 'off',
  });
}
