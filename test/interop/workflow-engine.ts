import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { Served } from '../../sandbox/serve.ts';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from '../../sandbox/world.ts';
import { demandLogin } from './login.ts';
import { demand, run } from './tools.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Creates a token, rotates it at once, and leases another, which the post step deletes. The engine takes the checkout for
 * a copy of the folder, and fetches nothing.
 */
function workflow({ origins }: Served): string {
  const services = `
          cloudflare-api-token: \${{ secrets.CLOUDFLARE_API_TOKEN }}
          cloudflare-account-id: ${ACCOUNT}
          cloudflare-api-url: ${origins.cloudflare}/client/v4`;
  const target = `
          token-name: interop-act
          grace-period: 0s
          github-api-url: ${origins.github}
          github-token: \${{ secrets.STORE_TOKEN }}
          targets: repository=acme/web`;
  return `on: workflow_dispatch
jobs:
  rotate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - id: create
        uses: ./
        with:${services}${target}
      - id: rotate
        uses: ./
        with:
          force: true${services}${target}
      - id: lease
        uses: ./
        with:
          operation: lease${services}
      - run: echo "statuses \${{ steps.create.outputs.status }} \${{ steps.rotate.outputs.status }} \${{ steps.lease.outputs.status }}"
      - run: echo "secret \${{ steps.lease.outputs.client-secret }}"
`;
}

/**
 * Runs the action as it is shipped, main and post, in act on this machine without a container.
 * @throws Error unless a job gets in with what was stored, no token is leased any more, and every secret was masked
 */
export async function runWorkflow(sandbox: Sandbox, served: Served): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-act-'));
  try {
    await prepare(folder, served);
    const node = dirname(process.execPath);
    const output = await demand(
      run(
        'act',
        [
          'workflow_dispatch',
          ...['--platform', 'ubuntu-latest=-self-hosted'],
          ...['--secret', 'CLOUDFLARE_API_TOKEN', '--secret', 'STORE_TOKEN'],
          '--no-cache-server',
          '--action-offline-mode',
        ],
        {
          cwd: folder,
          env: {
            PATH: `${node}${delimiter}${process.env['PATH'] ?? ''}`,
            HOME: folder,
            CLOUDFLARE_API_TOKEN: CLOUDFLARE_CREDENTIALS.write,
            STORE_TOKEN: GITHUB_TOKENS.write,
          },
        },
      ),
    );
    await judge(sandbox, output);
    return 'created, rotated and leased a token, and the post step deleted the leased one';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A repository with the action and one workflow. */
async function prepare(folder: string, served: Served): Promise<void> {
  await cp(join(ROOT, 'action.yml'), join(folder, 'action.yml'));
  await cp(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  await mkdir(join(folder, '.github', 'workflows'), { recursive: true });
  await writeFile(join(folder, '.github', 'workflows', 'interop.yml'), workflow(served));
  const author = ['-c', 'user.name=interop', '-c', 'user.email=interop@example.com'];
  await demand(run('git', ['init', '--quiet', '--initial-branch', 'main'], { cwd: folder }));
  await demand(run('git', ['add', '.'], { cwd: folder }));
  await demand(run('git', [...author, 'commit', '--quiet', '--message', 'Interop'], { cwd: folder }));
  await demand(run('git', ['remote', 'add', 'origin', 'https://github.com/acme/web.git'], { cwd: folder }));
}

async function judge(sandbox: Sandbox, output: string): Promise<void> {
  const [token, ...others] = sandbox.cloudflare.list();
  if (token?.name !== 'interop-act' || others.length > 0) throw new Error('not one token is left');
  if (!output.includes('statuses created rotated leased'))
    throw new Error(`unexpected statuses in\n${output}`);
  await demandLogin(sandbox, token.clientId);
  const shown = sandbox.clientSecrets.filter((secret) => output.includes(secret));
  if (shown.length > 0) throw new Error('the log shows a client secret');
}
