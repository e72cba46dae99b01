import type { Instant, Milliseconds } from '../src/model/time.ts';
import type { Target } from '../src/model/target.ts';
import { ProtectedApplication } from './application/application.ts';
import type { ApplicationSettings } from './application/settings.ts';
import type { Access } from './cloudflare/access/access.ts';
import type { New } from './cloudflare/access/dashboard.ts';
import type { AccessSwitches } from './cloudflare/access/switches.ts';
import { CloudflareService } from './cloudflare/service.ts';
import type { Switches as CloudflareSwitches } from './cloudflare/switches.ts';
import { SecondWriter } from './cloudflare/second-writer.ts';
import { ShiftedClock, VirtualClock } from './clock.ts';
import type { Handler } from './exchange.ts';
import { Faults } from './faults.ts';
import { GitHubService } from './github/service.ts';
import type { Switches as GitHubSwitches } from './github/switches.ts';
import { inProcessFetch } from './in-process-fetch.ts';
import { seededRandom } from './random.ts';
import { SandboxTime } from './time.ts';
import {
  ACCOUNT,
  CLOUDFLARE_CREDENTIALS,
  GITHUB_TOKENS,
  ORIGINS,
  populateCloudflare,
  populateGitHub,
} from './world.ts';

export interface SandboxOptions {
  readonly start?: Instant;
  /** One that stands still at `start` if not given. */
  readonly clock?: VirtualClock;
  /** All that is random follows from it. */
  readonly seed?: string;
  readonly cloudflareSwitches?: Partial<CloudflareSwitches>;
  readonly accessSwitches?: Partial<AccessSwitches>;
  readonly githubSwitches?: Partial<GitHubSwitches>;
  /** Where the API is mounted, such as `/api/v3`; at the root if not given. */
  readonly githubBasePath?: string;
  readonly application?: Partial<ApplicationSettings>;
  /** By how much GitHub's clock is ahead of Cloudflare's. */
  readonly githubAhead?: Milliseconds;
  /** By how much the clock of the machine that the action runs on is wrong. */
  readonly wallError?: Milliseconds;
}

/** What GitHub holds at a target; undefined where it holds nothing. */
export interface StoredPair {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
}

/** A target that may have its client ID in a variable; in a secret if it does not say. */
export type StoredTarget = Target & { readonly clientIdKind?: 'secret' | 'variable' };

/** The Actions secrets of acme/web, under the names that the action gives them by default. */
export const WEB: Target = repositoryTarget('web');
export const API: Target = repositoryTarget('api');
export const PRODUCTION: Target = {
  ...WEB,
  place: {
    kind: 'environment',
    owner: 'acme',
    repository: 'web',
    environment: 'production',
    app: 'actions',
  },
};

/** Both services and a protected application around one clock, with a small world already in them. */
export class Sandbox {
  readonly clock: VirtualClock;
  readonly random: (count: number) => Uint8Array;
  readonly faults: Faults;
  /** Changes Cloudflare between two requests of the client. */
  readonly secondWriter = new SecondWriter();
  readonly cloudflare: CloudflareService;
  readonly github: GitHubService;
  readonly application: ProtectedApplication;
  /** Each service behind the faults and the request log. */
  readonly handlers: Readonly<Record<keyof typeof ORIGINS, Handler>>;
  readonly #byOrigin: Record<string, Handler>;
  /** Reaches the services under the origins that they have in the world outside, and nothing else. */
  readonly fetch: typeof globalThis.fetch;
  /** For code that uses `fetch` in this process: waits take no real time. */
  readonly time: SandboxTime;

  constructor(options: SandboxOptions = {}) {
    const { start, seed = 'sandbox', wallError } = options;
    const clock = options.clock ?? new VirtualClock(start);
    const random = seededRandom(seed);
    this.clock = clock;
    this.random = random;
    this.faults = new Faults(clock);
    this.cloudflare = new CloudflareService({
      clock,
      random,
      switches: options.cloudflareSwitches ?? {},
      accessSwitches: options.accessSwitches ?? {},
    });
    populateCloudflare(this.cloudflare);
    const githubClock = new ShiftedClock(clock, options.githubAhead ?? 0);
    this.github = new GitHubService({
      clock: githubClock,
      random,
      switches: options.githubSwitches ?? {},
      basePath: options.githubBasePath ?? '',
    });
    this.application = new ProtectedApplication({
      clock,
      random,
      cloudflare: this.cloudflare,
      settings: options.application ?? {},
    });
    populateGitHub(this.github);
    this.handlers = {
      cloudflare: this.faults.wrap('cloudflare', this.secondWriter.wrap(this.cloudflare.handle)),
      github: this.faults.wrap('github', this.github.handle, githubClock),
      application: this.faults.wrap('application', this.application.handle),
    };
    this.time = new SandboxTime(clock, wallError);
    this.#byOrigin = Object.fromEntries(
      Object.entries(ORIGINS).map(([service, origin]) => [
        origin,
        this.handlers[service as keyof typeof ORIGINS],
      ]),
    );
    const { fetch, onHang } = inProcessFetch(this.#byOrigin, this.time);
    this.fetch = fetch;
    this.faults.onHang = onHang;
  }

  /** Access applications, policies and groups, as a person manages them. */
  get access(): Access {
    return this.cloudflare.access;
  }

  /**
   * Makes another application behind Access, with the fields as the API takes them, and serves it at
   * `https://<domain>` to `fetch`. It admits nobody until `policies` or `settings.admits` do.
   */
  protect({
    domain,
    settings = {},
    ...fields
  }: New & {
    readonly domain: string;
    readonly settings?: Partial<ApplicationSettings>;
  }): ProtectedApplication {
    const { clock, random, cloudflare } = this;
    const record = this.access.applications.create({ name: domain, domain, ...fields });
    const application = new ProtectedApplication({ clock, random, cloudflare, settings, record });
    this.#byOrigin[new URL(`https://${domain}`).origin] = this.faults.wrap('application', application.handle);
    return application;
  }

  /** A `with` that rotates the token `ci` for acme/web; the addresses are left to where the services are. */
  inputs(): Record<string, string> {
    return {
      'token-name': 'ci',
      'cloudflare-api-token': CLOUDFLARE_CREDENTIALS.write,
      'cloudflare-account-id': ACCOUNT,
      'github-token': GITHUB_TOKENS.write,
    };
  }

  readonly storedPair = ({
    place,
    clientIdName,
    clientSecretName,
    clientIdKind,
  }: StoredTarget): StoredPair => {
    const missing =
      place.kind === 'environment' &&
      this.github.environmentProtection(place.owner, place.repository, place.environment) === undefined;
    if (missing) return { clientId: undefined, clientSecret: undefined };
    return {
      clientId: this.github[clientIdKind](place, clientIdName)?.value,
      clientSecret: this.github.secret(place, clientSecretName)?.value,
    };
  };

  /** Whether what GitHub holds at the target gets past Access at this moment. */
  logsIn(target: StoredTarget): boolean {
    const { clientId, clientSecret } = this.storedPair(target);
    if (clientId === undefined || clientSecret === undefined) return false;
    return this.cloudflare.authenticate(clientId, clientSecret).ok;
  }

  /** Every client secret ever minted: none of them may be seen outside. */
  get clientSecrets(): readonly string[] {
    return this.cloudflare.mintedSecrets;
  }
}

function repositoryTarget(repository: string): Target {
  return {
    place: { kind: 'repository', owner: 'acme', repository, app: 'actions' },
    clientIdName: 'CF_ACCESS_CLIENT_ID',
    clientSecretName: 'CF_ACCESS_CLIENT_SECRET',
    clientIdKind: 'secret',
  };
}
