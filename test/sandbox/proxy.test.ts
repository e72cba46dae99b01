import { X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveBehindProxy } from '../../sandbox/behind-proxy.ts';
import { selfSignedCertificate } from '../../sandbox/certificate.ts';
import { startProxy } from '../../sandbox/proxy.ts';
import { runAction, type Step } from '../../sandbox/runner/run-action.ts';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { listen } from '../../sandbox/server.ts';
import { GITHUB_TOKENS } from '../../sandbox/world.ts';
import { actionFolder } from './action-folder.ts';

const ASK_GITHUB = `
  const response = await fetch('https://api.github.com/repos/acme/web/actions/secrets/public-key', {
    headers: { authorization: 'Bearer ${GITHUB_TOKENS.write}' },
  });
  console.log(response.status, Object.keys(await response.json()).join());`;

async function behindProxy() {
  const sandbox = new Sandbox();
  const behind = await serveBehindProxy(sandbox);
  onTestFinished(behind.close);
  const run = async (script: string, env: Record<string, string> = {}): Promise<Step> =>
    runAction({
      action: await actionFolder(script),
      env: { NODE_USE_ENV_PROXY: '1', ...behind.env, ...env },
    });
  return { sandbox, run, log: behind.proxy.log };
}

describe('a sandbox behind a proxy', () => {
  it('is reached by its services’ real names over TLS that the process verifies', async () => {
    const { sandbox, run, log } = await behindProxy();
    expect((await run(ASK_GITHUB)).rawStdout).toBe('200 key_id,key\n');
    expect(log).toEqual([{ method: 'CONNECT', target: 'api.github.com:443', passed: true }]);
    expect(sandbox.faults.log).toHaveLength(1);
  });

  it('is not trusted by a process that was not told of the certificate', async () => {
    const { sandbox, run } = await behindProxy();
    const step = await run(ASK_GITHUB, { NODE_EXTRA_CA_CERTS: '' });
    expect(step.exitCode).toBe(1);
    expect(step.rawStderr).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(sandbox.faults.log).toHaveLength(0);
  });

  it('refuses what it has no route for', async () => {
    const { run, log } = await behindProxy();
    const step = await run(
      `await fetch('https://elsewhere.example/').catch(({ message }) => console.log(message))`,
    );
    expect(step.rawStdout).toBe('fetch failed\n');
    expect(log).toEqual([{ method: 'CONNECT', target: 'elsewhere.example:443', passed: false }]);
  });
});

describe('the proxy', () => {
  it('forwards a request with a whole URL, with the host that it names', async () => {
    const server = await listen(async (incoming) => {
      const text = `${incoming.method} ${incoming.url} ${await incoming.text()}`;
      return new Response(text, { status: 202 });
    });
    onTestFinished(server.close);
    const proxy = await startProxy({ 'api.example.com:80': server.origin });
    onTestFinished(proxy.close);
    const ask = (path: string) =>
      new Promise<string>((resolve, reject) => {
        const asked = request(
          proxy.url,
          { method: 'PUT', path, headers: { host: 'api.example.com' } },
          (response) => {
            let text = `${response.statusCode ?? 0} `;
            response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
            response.on('end', () => {
              resolve(text);
            });
          },
        );
        asked.on('error', reject);
        asked.end('body');
      });
    expect(await ask('http://api.example.com/a?b=c')).toBe('202 PUT http://api.example.com/a?b=c body');
    expect(await ask('http://other.example/')).toBe('502 ');
    expect(await ask('/no-host')).toBe('502 ');
  });
});

describe('a self-signed certificate', () => {
  it('is for its hosts and loopback, and signed with its own key', () => {
    const now = Date.UTC(2026, 0, 5);
    const certificate = new X509Certificate(selfSignedCertificate(['api.github.com'], now).cert);
    expect(certificate.checkHost('api.github.com')).toBe('api.github.com');
    expect(certificate.checkHost('example.com')).toBeUndefined();
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(true);
    expect([certificate.validFromDate.getTime(), certificate.validToDate.getTime()]).toEqual([
      Date.UTC(2026, 0, 4),
      Date.UTC(2026, 0, 6),
    ]);
  });
});
