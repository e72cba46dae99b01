import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { controlHandler } from './control.ts';
import type { StepOptions } from './runner/run-action.ts';
import type { Sandbox } from './sandbox.ts';
import { listen, type Listening } from './server.ts';
import { CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from './world.ts';

const ROOT = join(import.meta.dirname, '..');

/** Arguments for Node that let a process wait on the sandbox's clock instead of its own. */
export const VIRTUAL_TIME = [
  '--import',
  pathToFileURL(join(import.meta.dirname, 'virtual-time.mjs')).href,
] as const;

/** A sandbox on loopback. */
export interface Served {
  readonly origins: Readonly<Record<'cloudflare' | 'github' | 'application' | 'control', string>>;
  /**
   * What it takes to run the project's action against this sandbox as a step; the rest of the options
   * comes on top, inputs one by one.
   */
  readonly step: (options?: Partial<StepOptions>) => StepOptions;
  readonly close: () => Promise<void>;
}

/** Serves all three services and the clock control on four ports: from `port` on, or free ones. */
export async function serve(sandbox: Sandbox, port?: number): Promise<Served> {
  const { handlers } = sandbox;
  const listening: Listening[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listening.map((one) => one.close()));
  };
  const start = async (handler: (typeof handlers)['github']): Promise<string> => {
    const one = await listen(handler, port === undefined ? 0 : port + listening.length);
    listening.push(one);
    return one.origin;
  };
  try {
    const origins = {
      cloudflare: await start(handlers.cloudflare),
      github: await start(handlers.github),
      application: await start(handlers.application),
      control: await start(controlHandler(sandbox)),
    };
    return { origins, step: (options = {}) => stepAgainst(sandbox, origins, options), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function stepAgainst(
  sandbox: Sandbox,
  origins: Served['origins'],
  { inputs, env, github, nodeOptions, secrets, ...rest }: Partial<StepOptions>,
): StepOptions {
  return {
    action: ROOT,
    ...rest,
    inputs: {
      ...sandbox.inputs(),
      'cloudflare-api-url': `${origins.cloudflare}/client/v4`,
      ...inputs,
    },
    github: { api_url: origins.github, ...github },
    env: {
      SANDBOX_CLOCK_URL: origins.control,
      SANDBOX_WALL_CLOCK: String(sandbox.time.wall()),
      ...env,
    },
    nodeOptions: [...VIRTUAL_TIME, ...(nodeOptions ?? [])],
    secrets: [CLOUDFLARE_CREDENTIALS.write, GITHUB_TOKENS.write, ...(secrets ?? [])],
  };
}
