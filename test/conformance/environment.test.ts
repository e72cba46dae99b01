import { describe, expect, it } from 'vitest';
import { environmentBenches } from '../../scripts/conformance/environment.ts';
import { Names } from '../../scripts/conformance/names.ts';

const ACCOUNT = '023e105f4ecef8ad9ca31a8372d0c353';
const CLOUDFLARE = { CONFORMANCE_CLOUDFLARE_API_TOKEN: 'cfat_x', CONFORMANCE_ACCOUNT_ID: ACCOUNT };
const GITHUB = { CONFORMANCE_GITHUB_TOKEN: 'ghp_x', CONFORMANCE_REPOSITORY: 'acme/web' };

function benches(env: Readonly<Record<string, string>>) {
  return environmentBenches(env, {
    names: new Names('0123456789ab'),
    signal: new AbortController().signal,
    fetch: () => Promise.reject(new Error('nothing is sent')),
    sleep: () => Promise.resolve(),
    pause: 0,
    randomBytes: () => new Uint8Array(),
  });
}

describe('the environment of a conformance run', () => {
  it('gives both halves, or the one that it names', () => {
    expect(benches({ ...CLOUDFLARE, ...GITHUB })).toMatchObject({
      cloudflare: { access: `/accounts/${ACCOUNT}/access`, domain: undefined },
      github: { repository: '/repos/acme/web', app: undefined },
    });
    expect(benches(CLOUDFLARE)).toMatchObject({ github: undefined });
    expect(benches({ ...GITHUB, CONFORMANCE_ACCOUNT_ID: ' ' })).toMatchObject({ cloudflare: undefined });
  });

  it.each([
    [{}, /^Set CONFORMANCE_CLOUDFLARE_API_TOKEN/],
    [{ ...CLOUDFLARE, CONFORMANCE_ACCOUNT_ID: '' }, /^Set both CONFORMANCE_CLOUDFLARE_API_TOKEN/],
    [{ ...GITHUB, CONFORMANCE_GITHUB_TOKEN: '' }, /^Set both CONFORMANCE_GITHUB_TOKEN/],
    [{ ...CLOUDFLARE, CONFORMANCE_ACCOUNT_ID: 'acme' }, /32 hexadecimal digits/],
    [{ ...GITHUB, CONFORMANCE_REPOSITORY: 'https://github.com/acme/web' }, /owner\/name/],
    [{ ...CLOUDFLARE, CONFORMANCE_CLOUDFLARE_API_TOKEN: 'two\nlines' }, /printable ASCII/],
  ])('explains what is wrong with %j, without a credential', (env, sentence) => {
    const said = benches(env);
    expect(said).toMatch(sentence);
    expect(said).not.toMatch(/cfat_x|ghp_x|two/);
  });
});
