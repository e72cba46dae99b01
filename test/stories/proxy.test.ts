import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveBehindProxy } from '../../sandbox/behind-proxy.ts';
import { selfSignedCertificate } from '../../sandbox/certificate.ts';
import { startProxy } from '../../sandbox/proxy.ts';
import { runAction, type Step } from '../../sandbox/runner/run-action.ts';
import { Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { listen } from '../../sandbox/server.ts';

const ROOT = join(import.meta.dirname, '../..');
const APPLICATION = 'https://app.example.com/';

async function folder(): Promise<string> {
  const created = await mkdtemp(join(tmpdir(), 'proxy-'));
  onTestFinished(() => rm(created, { recursive: true }));
  return created;
}

function run(
  sandbox: Sandbox,
  env: Record<string, string>,
  options: Partial<Parameters<typeof runAction>[0]> = {},
): Promise<Step> {
  const { inputs, ...rest } = options;
  return runAction({ action: ROOT, env, ...rest, inputs: { ...sandbox.inputs(), ...inputs } });
}

describe('behind a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])(
    'both services and the application are reached by %s',
    async (name) => {
      const sandbox = new Sandbox();
      const behind = await serveBehindProxy(sandbox);
      onTestFinished(behind.close);
      const { HTTPS_PROXY, NODE_EXTRA_CA_CERTS } = behind.env;
      const inputs = { 'verify-url': APPLICATION };
      const step = await run(sandbox, { [name]: HTTPS_PROXY, NODE_EXTRA_CA_CERTS }, { inputs });
      expect(step.outputs['status']).toBe('created');
      expect(sandbox.logsIn(WEB)).toBe(true);
      const targets = new Set(behind.proxy.log.map(({ method, target }) => `${method} ${target}`));
      expect(targets).toEqual(
        new Set([
          'CONNECT api.cloudflare.com:443',
          'CONNECT api.github.com:443',
          'CONNECT app.example.com:443',
        ]),
      );
    },
  );

  it('a host in NO_PROXY is reached without it', async () => {
    const sandbox = new Sandbox();
    const certificate = selfSignedCertificate(['api.cloudflare.com', 'github.corp.example']);
    const cloudflare = await listen(sandbox.handlers.cloudflare, 0, certificate);
    onTestFinished(cloudflare.close);
    const github = await listen(sandbox.handlers.github, 0, certificate);
    onTestFinished(github.close);
    const proxy = await startProxy({ 'api.cloudflare.com:443': cloudflare.origin });
    onTestFinished(proxy.close);
    const file = join(await folder(), 'certificate.pem');
    await writeFile(file, certificate.cert);
    const resolver = join(await folder(), 'resolver.mjs');
    await writeFile(resolver, RESOLVE_TO_LOOPBACK);
    const step = await run(
      sandbox,
      { HTTPS_PROXY: proxy.url, NO_PROXY: 'corp.example', NODE_EXTRA_CA_CERTS: file },
      {
        nodeOptions: ['--import', resolver],
        github: { api_url: `https://github.corp.example:${new URL(github.origin).port}` },
      },
    );
    expect(step.outputs['status']).toBe('created');
    expect(sandbox.logsIn(WEB)).toBe(true);
    expect(new Set(proxy.log.map(({ target }) => target))).toEqual(new Set(['api.cloudflare.com:443']));
  });

  it('loopback is reached without it', async () => {
    const sandbox = new Sandbox();
    const cloudflare = await listen(sandbox.handlers.cloudflare);
    onTestFinished(cloudflare.close);
    const github = await listen(sandbox.handlers.github);
    onTestFinished(github.close);
    const proxy = await startProxy({});
    onTestFinished(proxy.close);
    const step = await run(
      sandbox,
      { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url },
      {
        inputs: { 'cloudflare-api-url': `${cloudflare.origin}/client/v4` },
        github: { api_url: github.origin },
      },
    );
    expect(step.outputs['status']).toBe('created');
    expect(proxy.log).toEqual([]);
  });

  it('a proxy that is none is told of, without its password', async () => {
    const sandbox = new Sandbox();
    const env = { HTTPS_PROXY: 'http://user:pass-word@proxy example:3128' };
    const inputs = { 'token-name': '' };
    const step = await run(sandbox, env, { inputs });
    const [warning] = step.annotations.filter(({ level }) => level === 'warning');
    expect(warning?.message).toContain('HTTPS_PROXY is not a URL of a proxy');
    expect(step.rawStdout + step.rawStderr).not.toContain('pass-word');
  });
});

const RESOLVE_TO_LOOPBACK = `
  import { createRequire, syncBuiltinESMExports } from 'node:module';
  const dns = createRequire(import.meta.url)('node:dns');
  const lookup = dns.lookup;
  dns.lookup = (host, options, done) => lookup(host.endsWith('.corp.example') ? '127.0.0.1' : host, options, done);
  syncBuiltinESMExports();
`;
