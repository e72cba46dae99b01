import { describe, expect, it } from 'vitest';
import { proxyVariables } from '../../src/http/proxy.ts';

const PROXY = 'http://proxy.example.com:3128';
const LOOPBACK = 'localhost,127.0.0.1,[::1]';

describe('the proxy variables', () => {
  it('are none where no proxy is named', () => {
    expect(proxyVariables({})).toBeUndefined();
    expect(proxyVariables({ HTTPS_PROXY: '', https_proxy: ' ', NO_PROXY: 'example.com' })).toBeUndefined();
  });

  it.each([
    [{ HTTPS_PROXY: PROXY }, { http_proxy: '', https_proxy: PROXY }],
    [
      { https_proxy: PROXY, HTTPS_PROXY: 'http://other.example' },
      { http_proxy: '', https_proxy: PROXY },
    ],
    [
      { https_proxy: '', HTTPS_PROXY: PROXY },
      { http_proxy: '', https_proxy: PROXY },
    ],
    [{ http_proxy: PROXY }, { http_proxy: PROXY, https_proxy: '' }],
    [{ HTTP_PROXY: 'proxy.example.com:3128' }, { http_proxy: PROXY, https_proxy: '' }],
  ])('of %j', (env, proxies) => {
    expect(proxyVariables(env)).toEqual({ ...proxies, no_proxy: LOOPBACK });
  });

  it('leave out the hosts of NO_PROXY with their subdomains, and loopback', () => {
    const env = { HTTPS_PROXY: PROXY, NO_PROXY: 'github.example, .corp.example,,api.example:8443' };
    expect(proxyVariables(env)?.no_proxy).toBe(
      `github.example,.corp.example,api.example:8443,.github.example,.api.example:8443,${LOOPBACK}`,
    );
    expect(proxyVariables({ HTTPS_PROXY: PROXY, no_proxy: 'a', NO_PROXY: 'b' })?.no_proxy).toBe(
      `a,.a,${LOOPBACK}`,
    );
  });

  it('are none where NO_PROXY leaves out everything', () => {
    expect(proxyVariables({ HTTPS_PROXY: PROXY, NO_PROXY: 'example.com,*' })).toBeUndefined();
  });
});
