import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSignedCertificate } from '../../sandbox/certificate.ts';
import { PRODUCTION, Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { listen } from '../../sandbox/server.ts';
import { ACCOUNT, GITHUB_TOKENS } from '../../sandbox/world.ts';
import { LiveClock } from '../../sandbox/clock.ts';
import { demandLogin } from './login.ts';
import { demand, has, run } from './tools.ts';

/**
 * Secrets, and variables if this gh knows them, as GitHub's own command line writes them. It speaks to nothing but
 * HTTPS, and to a host of its own only as to GitHub Enterprise Server, so it gets a sandbox for itself.
 * @returns what was done
 */
export async function runGh(): Promise<string> {
  const sandbox = new Sandbox({ clock: new LiveClock(), githubBasePath: '/api/v3' });
  const folder = await mkdtemp(join(tmpdir(), 'interop-gh-'));
  const certificate = selfSignedCertificate(['localhost']);
  const server = await listen(sandbox.handlers.github, 0, certificate);
  try {
    const authority = join(folder, 'certificate.pem');
    await writeFile(authority, certificate.cert);
    const host = new URL(server.origin).host;
    const env = {
      GH_HOST: host,
      GH_ENTERPRISE_TOKEN: GITHUB_TOKENS.write,
      GH_CONFIG_DIR: folder,
      SSL_CERT_FILE: authority,
      NO_PROXY: '127.0.0.1',
    };
    const gh = (...args: readonly string[]): Promise<string> =>
      demand(run('gh', [...args, '--repo', `${host}/acme/web`], { cwd: folder, env }));
    return await useGh(sandbox, gh);
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function useGh(sandbox: Sandbox, gh: (...args: readonly string[]) => Promise<string>): Promise<string> {
  const scope = { kind: 'account', id: ACCOUNT } as const;
  const { clientId, secret } = sandbox.cloudflare.createToken({ scope, name: 'interop-gh' });
  await gh('secret', 'set', 'CF_ACCESS_CLIENT_ID', '--body', clientId);
  await gh('secret', 'set', 'CF_ACCESS_CLIENT_SECRET', '--body', secret);
  await demandLogin(sandbox, clientId);
  await gh('secret', 'set', 'CF_ACCESS_CLIENT_SECRET', '--body', secret, '--env', 'production');
  await gh('secret', 'set', 'CF_ACCESS_CLIENT_SECRET', '--body', secret, '--app', 'dependabot');
  if (sandbox.storedPair(PRODUCTION).clientSecret !== secret)
    throw new Error('the environment has another secret');
  const listed = await gh('secret', 'list');
  if (!listed.includes('CF_ACCESS_CLIENT_ID')) throw new Error(`the list lacks a secret:\n${listed}`);
  await gh('secret', 'delete', 'CF_ACCESS_CLIENT_ID');
  if (sandbox.storedPair(WEB).clientId !== undefined) throw new Error('a deleted secret is still there');
  if (!(await has('gh', 'variable', '--help')))
    return 'wrote, listed and deleted secrets; this gh knows no variables';
  await gh('variable', 'set', 'INTEROP_CLIENT_ID', '--body', clientId);
  await gh('variable', 'set', 'INTEROP_CLIENT_ID', '--body', 'another');
  if (!(await gh('variable', 'list')).includes('another')) throw new Error('the list lacks a variable');
  await gh('variable', 'delete', 'INTEROP_CLIENT_ID');
  return 'wrote, listed and deleted secrets and variables';
}
