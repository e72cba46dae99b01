import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import type { VirtualClock } from '../clock.ts';
import type { Level } from './credentials.ts';
import { Refusal } from './reply.ts';
import { fullName, type Owner, type Repository, type State } from './state.ts';

export interface InstallationOptions {
  readonly owner: string;
  /** Names with or without the owner. */
  readonly repositories: 'all' | readonly string[];
  readonly permissions: Readonly<Record<string, Level>>;
}

export interface AppOptions {
  readonly appId?: number;
  readonly clientId?: string;
  readonly slug?: string;
  /** Login of the owner of the App. */
  readonly owner?: string;
  /** Without one, a key pair is made. */
  readonly publicKeyPem?: string;
  readonly installations: readonly InstallationOptions[];
}

export interface Installation {
  readonly id: number;
  readonly owner: Owner;
  readonly createdAt: number;
  repositories: 'all' | readonly string[];
  permissions: Readonly<Record<string, Level>>;
  suspended: boolean;
}

export interface App {
  readonly id: number;
  readonly clientId: string;
  readonly slug: string;
  readonly owner: Owner;
  readonly createdAt: number;
  readonly publicKey: KeyObject;
  readonly installations: Installation[];
}

/** Makes an App; the private key is there only where it was made too. */
export function createApp(
  state: State,
  options: AppOptions,
): { readonly app: App; readonly privateKeyPem: string | undefined } {
  const id = options.appId ?? state.nextId();
  const made =
    options.publicKeyPem === undefined ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : undefined;
  const createdAt = state.clock.now();
  const app = {
    id,
    clientId: options.clientId ?? `Iv23li${String(id).padStart(14, '0')}`,
    slug: options.slug ?? `app-${id}`,
    owner: state.owner(options.owner ?? 'app-owner', 'User'),
    createdAt,
    publicKey: made?.publicKey ?? createPublicKey(options.publicKeyPem ?? ''),
    installations: options.installations.map(({ owner, repositories, permissions }) => ({
      id: state.nextId(),
      owner: knownOwner(state, owner),
      createdAt,
      repositories,
      permissions,
      suspended: false,
    })),
  };
  return {
    app,
    privateKeyPem: made?.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string | undefined,
  };
}

function knownOwner(state: State, login: string): Owner {
  const owner = state.owners.get(login.toLowerCase());
  if (owner === undefined) throw new Error(`there is no owner ${login} to install an App at`);
  return owner;
}

/** The repositories that an installation may touch. */
export function repositoriesOf(state: State, { owner, repositories }: Installation): readonly Repository[] {
  const own = state.repositories.filter((repository) => repository.owner === owner);
  if (repositories === 'all') return own;
  const names = new Set(
    repositories.map((name) => (name.includes('/') ? name : `${owner.login}/${name}`).toLowerCase()),
  );
  return own.filter((repository) =>
    [fullName(repository).toLowerCase(), ...repository.formerNames].some((name) => names.has(name)),
  );
}

const TEN_MINUTES = 600;

/** The App that signed a JSON web token (RS256), or GitHub's refusal of it; times are the service's own. */
export function authenticateApp(apps: readonly App[], jwt: string, clock: VirtualClock): App {
  const [header = '', payload = '', signature = '', ...rest] = jwt.split('.');
  const claims = decode(payload);
  if (rest.length > 0 || decode(header)?.['alg'] !== 'RS256' || claims === undefined) throw undecodable();
  const issuer = claims['iss'];
  if (typeof issuer !== 'string' && typeof issuer !== 'number') {
    throw new Refusal(401, "Missing 'issuer' claim ('iss') in assertion");
  }
  const app = apps.find(({ id, clientId }) => clientId === issuer || String(id) === String(issuer));
  if (app === undefined) throw new Refusal(404, 'Integration not found');
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', signed, app.publicKey, Buffer.from(signature, 'base64url'))) throw undecodable();
  const now = Math.floor(clock.now() / 1000);
  const { exp, iat } = claims;
  if (typeof exp !== 'number' || exp <= now) {
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + TEN_MINUTES) {
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  }
  if (!Number.isInteger(iat) || (iat as number) > now) {
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  return app;
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function undecodable(): Refusal {
  return new Refusal(401, 'A JSON web token could not be decoded');
}
