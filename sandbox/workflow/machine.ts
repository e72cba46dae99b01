import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { serveBehindProxy } from '../behind-proxy.ts';
import { controlHandler } from '../control.ts';
import type { Sandbox } from '../sandbox.ts';
import { VIRTUAL_TIME } from '../serve.ts';
import { listen } from '../server.ts';
import { ORIGINS } from '../world.ts';
import { startOtherStores, type OtherStores } from './other-stores.ts';

/** An issue as the sandbox's `gh` keeps it. */
export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly comments: readonly string[];
}

/** A runner that reaches the sandbox under the names that its services have in the world, and nothing else. */
export interface Machine {
  readonly sandbox: Sandbox;
  /** What every process on it is given. */
  readonly env: () => Readonly<Record<string, string>>;
  /** Arguments for the Node that runs an action. */
  readonly nodeOptions: readonly string[];
  readonly shell: string;
  readonly issues: () => Promise<readonly Issue[]>;
  readonly setIssues: (issues: readonly Issue[]) => Promise<void>;
  readonly stores: OtherStores;
  readonly close: () => Promise<void>;
}

export interface MachineOptions {
  /** Where the services are, if elsewhere than in the world outside. */
  readonly origins?: Partial<Record<keyof typeof ORIGINS, string>>;
  /** Whether the sandbox's own `curl` is used although the machine has one. */
  readonly ownCurl?: boolean;
}

const SEARCHED = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)];

/** A machine with bash, `curl`, and stand-ins for the command lines that workflows use. */
export async function startMachine(sandbox: Sandbox, options: MachineOptions = {}): Promise<Machine> {
  const behind = await serveBehindProxy(sandbox, { ...ORIGINS, ...options.origins });
  const control = await listen(controlHandler(sandbox));
  const folder = await mkdtemp(join(tmpdir(), 'machine-'));
  const issuesFile = join(folder, 'issues.json');
  const commands = join(folder, 'bin');
  await mkdir(commands);
  const stores = await startOtherStores();
  for (const command of ['gh', 'npx', 'gcloud', 'ssh']) await provide(commands, command);
  if (options.ownCurl === true || find('curl') === undefined) await provide(commands, 'curl');
  const setIssues = (issues: readonly Issue[]): Promise<void> =>
    writeFile(issuesFile, JSON.stringify(issues));
  await setIssues([]);
  return {
    sandbox,
    env: () => ({
      PATH: [commands, ...SEARCHED].join(delimiter),
      ...behind.env,
      NODE_USE_ENV_PROXY: '1',
      CURL_CA_BUNDLE: behind.env.NODE_EXTRA_CA_CERTS,
      SANDBOX_CLOCK_URL: control.origin,
      SANDBOX_WALL_CLOCK: String(sandbox.time.wall()),
      SANDBOX_ISSUES: issuesFile,
      SANDBOX_STORES: stores.origin,
      SANDBOX_SERVER: stores.server,
    }),
    nodeOptions: VIRTUAL_TIME,
    shell: find('bash') ?? 'sh',
    issues: async () => JSON.parse(await readFile(issuesFile, 'utf8')) as Issue[],
    setIssues,
    stores,
    close: async () => {
      await Promise.all([behind.close(), control.close(), stores.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

function find(command: string): string | undefined {
  return SEARCHED.map((folder) => join(folder, command)).find(existsSync);
}

async function provide(folder: string, command: string): Promise<void> {
  const script = join(import.meta.dirname, `${command}.mjs`);
  const file = join(folder, command);
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  await chmod(file, 0o755);
}
