import type { Dependencies } from '../model/dependencies.ts';

/** Hosts that no proxy could reach for this machine. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The variables as Node reads them. */
export interface ProxyVariables {
  readonly http_proxy: string;
  readonly https_proxy: string;
  /** Separated by commas. */
  readonly no_proxy: string;
}

/**
 * Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in lower case or else in upper case, by the rules of the runner's own
 * toolkit: a host in NO_PROXY stands for its subdomains too, and loopback is reached without a proxy.
 * @returns undefined where there is no proxy to use
 * @see https://docs.github.com/actions/hosting-your-own-runners/managing-self-hosted-runners/using-a-proxy-server-with-self-hosted-runners
 */
export function proxyVariables(env: Dependencies['env']): ProxyVariables | undefined {
  const variable = (name: string): string => {
    const value = env[name] ?? '';
    return (value === '' ? (env[name.toUpperCase()] ?? '') : value).trim();
  };
  const proxies = {
    http_proxy: withScheme(variable('http_proxy')),
    https_proxy: withScheme(variable('https_proxy')),
  };
  if (proxies.http_proxy === '' && proxies.https_proxy === '') return undefined;
  const hosts = variable('no_proxy')
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '');
  if (hosts.includes('*')) return undefined;
  const subdomains = hosts.filter((host) => !host.startsWith('.')).map((host) => `.${host}`);
  return { ...proxies, no_proxy: [...hosts, ...subdomains, ...LOOPBACK].join(',') };
}

/**
 * Lets requests of this process use the proxies from here on, as Node does not by itself.
 * @returns what keeps it from doing so, without the URLs, which may hold a password
 */
export async function useProxies(variables: ProxyVariables): Promise<string | undefined> {
  const { default: http } = await import('node:http');
  // Since Node 24.14.0.
  const { setGlobalProxyFromEnv } = http as Partial<typeof http>;
  if (setGlobalProxyFromEnv === undefined) {
    return 'The Node.js of this runner cannot take a proxy once it runs. Update the runner, or set NODE_USE_ENV_PROXY: 1 in the env of the job.';
  }
  try {
    setGlobalProxyFromEnv({ ...variables });
    return undefined;
  } catch {
    return 'HTTP_PROXY or HTTPS_PROXY is not a URL of a proxy, as in http://proxy.example.com:3128.';
  }
}

function withScheme(proxy: string): string {
  return proxy === '' || /^https?:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}
