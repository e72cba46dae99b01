import { BaseApplications } from 'cloudflare/resources/zero-trust/access/applications/applications';
import {
  BasePolicies as BaseOwnedPolicies,
  type AccessRuleParam,
} from 'cloudflare/resources/zero-trust/access/applications/policies';
import { BaseGroups } from 'cloudflare/resources/zero-trust/access/groups';
import { BasePolicies } from 'cloudflare/resources/zero-trust/access/policies';
import { BaseServiceTokens } from 'cloudflare/resources/zero-trust/access/service-tokens';
import { BaseOrganizations } from 'cloudflare/resources/zero-trust/organizations/organizations';
import { createClient } from 'cloudflare/tree-shakable';
import { randomBytes } from 'node:crypto';
import { isJson, type Json } from '../../sandbox/cloudflare/access/records.ts';
import type { AccessSwitches } from '../../sandbox/cloudflare/access/switches.ts';
import { CloudflareService } from '../../sandbox/cloudflare/service.ts';
import { VirtualClock } from '../../sandbox/clock.ts';
import { ACCOUNT, WRITER, ZONE, inProcess } from './cloudflare-sdk.ts';

/** A reply with what the SDK's types leave out. */
export type Shown = Json;

/** The same value, once it has turned out to be an object. */
export function object(value: unknown): Shown {
  if (!isJson(value)) throw new TypeError(`not an object: ${JSON.stringify(value)}`);
  return value;
}

/** The official SDK with everything about Access that the sandbox answers. */
export function clientOf(cloudflare: CloudflareService, apiToken = WRITER) {
  const client = createClient({
    resources: [
      BaseApplications,
      BaseOwnedPolicies,
      BaseGroups,
      BasePolicies,
      BaseServiceTokens,
      BaseOrganizations,
    ],
    apiToken,
    apiEmail: null,
    apiKey: null,
    maxRetries: 0,
    fetch: inProcess(cloudflare),
  });
  const { access, organizations } = client.zeroTrust;
  return {
    client,
    applications: access.applications,
    owned: access.applications.policies,
    reusable: access.policies,
    groups: access.groups,
    tokens: access.serviceTokens,
    organizations,
  };
}

/** An account with a service token, and the SDK to talk to it. */
export function setUp(accessSwitches: Partial<AccessSwitches> = {}) {
  const clock = new VirtualClock();
  const cloudflare = new CloudflareService({ clock, random: (count) => randomBytes(count), accessSwitches });
  cloudflare.addAccount(ACCOUNT);
  cloudflare.addZone(ZONE, ACCOUNT);
  cloudflare.addApiToken({ token: WRITER, permission: 'write' });
  const token = cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name: 'ci' });
  const { access } = cloudflare;
  const byToken = (id = token.id) => [{ service_token: { token_id: id } }];
  const serviceAuth = (include: AccessRuleParam[] = byToken()) => ({
    name: 'CI',
    decision: 'non_identity' as const,
    include,
  });
  const application = () => access.applications.create({ name: 'app', domain: 'app.example.com' });
  return {
    clock,
    cloudflare,
    access,
    token,
    byToken,
    serviceAuth,
    application,
    switches: access.switches,
    ...clientOf(cloudflare),
  };
}

export async function shown(promise: PromiseLike<unknown>): Promise<Shown> {
  return object(await promise);
}

/** A request that the SDK has no method for. */
export function ask(
  cloudflare: CloudflareService,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  return cloudflare.handle(
    new Request(`https://api.cloudflare.com/client/v4/${path}`, {
      method,
      headers: { authorization: `Bearer ${WRITER}` },
      body: body === undefined ? null : JSON.stringify(body),
    }),
  );
}
