import { runInProcess, type InProcessOptions, type Transcript } from '../../sandbox/in-process-run.ts';
import { Sandbox, type SandboxOptions } from '../../sandbox/sandbox.ts';
import type { Json, PolicyRecord } from '../../sandbox/cloudflare/access/records.ts';

/** A sandbox with two applications that admit no service token yet. */
export class Stage {
  readonly sandbox: Sandbox;
  /** Ids of the applications at staging.example.com and admin.example.com. */
  readonly staging: string;
  readonly admin: string;

  constructor(options: SandboxOptions = {}) {
    this.sandbox = new Sandbox(options);
    this.staging = this.sandbox.protect({ domain: 'staging.example.com', name: 'Staging' }).id;
    this.admin = this.sandbox.protect({ domain: 'admin.example.com', name: 'Admin' }).id;
  }

  run(inputs: Readonly<Record<string, string>>, options: InProcessOptions = {}): Promise<Transcript> {
    return runInProcess(this.sandbox, { ...options, inputs });
  }

  /** The policies of an application, as they are stored. */
  policies(application: string): readonly PolicyRecord[] {
    const { access } = this.sandbox;
    return access.applications
      .record(application)
      .links.flatMap(({ policy }) => access.policies.find(policy) ?? []);
  }

  /** Names of the policies of an application. */
  names(application = this.staging): readonly unknown[] {
    return this.policies(application).map(({ fields }) => fields['name']);
  }

  /** The token of that name, which must be there. */
  token(name = 'ci') {
    const token = this.sandbox.cloudflare.list().find((one) => one.name === name);
    if (token === undefined) throw new RangeError(`there is no token ${name}`);
    return token;
  }

  /** A Service Auth policy that one application uses, with keys and rules that nobody knows here. */
  reusable(fields: Json = {}): PolicyRecord {
    const policy = this.sandbox.access.policies.create({
      name: 'Robots',
      decision: 'non_identity',
      include: [{ ip: { ip: '203.0.113.0/24' } }, { brand_new_rule: { depth: { of: [1, 2] } } }],
      exclude: [{ geo: { country_code: 'KP' } }],
      session_duration: '30m',
      brand_new_key: { kept: ['as', 'it', 'is'] },
      ...fields,
    });
    this.sandbox.access.policies.link(this.admin, policy.id);
    return policy;
  }

  /** Removes a reusable policy from every application, and deletes it. */
  removeReusable(id: string): void {
    const { applications, policies } = this.sandbox.access;
    const { links } = applications.record(this.admin);
    applications.change(this.admin, {
      policies: links.map(({ policy }) => policy).filter((one) => one !== id),
    });
    policies.remove(id);
  }

  /** Requests about applications and policies, as `GET /apps`. */
  requests(): readonly string[] {
    return this.sandbox.faults.log
      .filter(({ path }) => /\/access\/(apps|policies|groups)/.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/^.*\/access/, '').replace(/\?.*$/, '')}`);
  }
}

/** The rule that admits a token. */
export function rule(tokenId: string): Json {
  return { service_token: { token_id: tokenId } };
}
