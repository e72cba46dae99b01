import { generateKeyPairSync } from 'node:crypto';
import { WEB } from '../../sandbox/sandbox.ts';
import type { App, Target } from '../../src/model/target.ts';
import { Bench, type BenchOptions } from './bench.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const credentials = { kind: 'app', clientId: 'Iv23liSandbox', privateKey: privateKeyPem } as const;

/** What the App may do wherever it is installed. */
export const ALL = {
  metadata: 'read',
  secrets: 'write',
  environments: 'write',
  dependabot_secrets: 'write',
  organization_secrets: 'write',
  agent_secrets: 'write',
  administration: 'write',
} as const;

export function repository(owner: string, repository: string, app: App = 'actions'): Target {
  return { ...WEB, place: { kind: 'repository', owner, repository, app } };
}
export function organization(organization: string, app: App = 'actions'): Target {
  return {
    ...WEB,
    place: { kind: 'organization', organization, app, visibility: undefined, repositories: undefined },
  };
}

export interface AppBenchOptions extends BenchOptions {
  readonly permissions?: Readonly<Record<string, 'read' | 'write' | 'admin'>>;
  readonly repositories?: 'all' | readonly string[];
  /** Of acme's installation. */
  readonly suspended?: boolean;
}

/** A bench with an App that is installed for acme and for a person, octo. */
export function appBench({ targets = [WEB], ...options }: AppBenchOptions = {}): Bench {
  const bench = new Bench({ credentials, ...options, targets });
  const { github } = bench.sandbox;
  github.addRepository({ owner: 'octo', name: 'blog', ownerKind: 'User' });
  github.addRepository({ owner: 'else', name: 'where' });
  const { permissions = ALL, repositories = 'all', suspended = false } = options;
  const { installationIds } = github.addApp({
    clientId: credentials.clientId,
    publicKeyPem,
    installations: [
      { owner: 'acme', repositories, permissions },
      { owner: 'octo', repositories: 'all', permissions },
    ],
  });
  const [acme = 0] = installationIds;
  github.changeInstallation(acme, { suspended });
  return bench;
}
