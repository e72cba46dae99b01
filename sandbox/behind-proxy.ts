import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSignedCertificate } from './certificate.ts';
import { startProxy, type Proxy } from './proxy.ts';
import type { Sandbox } from './sandbox.ts';
import { listen } from './server.ts';
import { ORIGINS } from './world.ts';

export interface BehindProxy {
  readonly proxy: Proxy;
  /** With these variables a process reaches the services under their real names, through the proxy alone. */
  readonly env: Readonly<Record<'HTTPS_PROXY' | 'NODE_EXTRA_CA_CERTS', string>>;
  readonly close: () => Promise<void>;
}

/** Serves the three services over TLS as `https://api.cloudflare.com` and so on, behind a CONNECT proxy. */
export async function serveBehindProxy(
  { handlers }: Pick<Sandbox, 'handlers'>,
  origins: Readonly<Record<keyof typeof ORIGINS, string>> = ORIGINS,
): Promise<BehindProxy> {
  const hosts = Object.values(origins).map((origin) => new URL(origin).hostname);
  const certificate = selfSignedCertificate(hosts);
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  const file = join(folder, 'certificate.pem');
  await writeFile(file, certificate.cert);
  const cloudflare = await listen(handlers.cloudflare, 0, certificate);
  const github = await listen(handlers.github, 0, certificate);
  const application = await listen(handlers.application, 0, certificate);
  const proxy = await startProxy({
    [`${new URL(origins.cloudflare).hostname}:443`]: cloudflare.origin,
    [`${new URL(origins.github).hostname}:443`]: github.origin,
    [`${new URL(origins.application).hostname}:443`]: application.origin,
  });
  return {
    proxy,
    env: { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: file },
    close: async () => {
      await proxy.close();
      await Promise.all([cloudflare.close(), github.close(), application.close()]);
      await rm(folder, { recursive: true });
    },
  };
}
