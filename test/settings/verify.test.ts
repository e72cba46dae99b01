import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import { VERIFY, complaintsOf, verifySettingsOf, type Given } from './step.ts';

describe('verify', () => {
  it('needs the token credentials and a URL, and no access to Cloudflare or GitHub', () => {
    const { credentials, ...settings } = verifySettingsOf({ 'max-wait': '1m', 'dry-run': 'true' });
    expect(settings).toEqual({
      operation: 'verify',
      verifyUrl: 'https://app.example.com/',
      verifyTimeout: 120 * SECOND,
      requestTimeout: 30 * SECOND,
      maxWait: MINUTE,
      dryRun: true,
      warnings: [],
    });
    expect(credentials.clientId).toBe('id.access');
    expect(credentials.clientSecret.reveal()).toBe('hush-hush');
    expect(JSON.stringify(credentials)).not.toContain('hush');
  });

  it.each<[Given, string[]]>([
    [
      { 'client-id': undefined },
      ['client-id: not given. Accepts the client ID of a service token, which `verify` needs.'],
    ],
    [
      { 'client-secret': undefined },
      ['client-secret: not given. Accepts the client secret of a service token, which `verify` needs.'],
    ],
    [{ 'verify-url': '' }, ['verify-url: not given; `verify` needs the URL to try the credentials at.']],
    [{ 'verify-url': 'http://x.test' }, [expect.stringMatching(/^verify-url: got "http:/) as string]],
    [
      { 'client-secret': 'hush\nhush' },
      ['client-secret: got a line break in it; accepts one line of printable ASCII without spaces.'],
    ],
    [
      { 'client-id': 'two words' },
      ['client-id: got a space in it; accepts one line of printable ASCII without spaces.'],
    ],
    [{ 'verify-timeout': '0s' }, [expect.stringMatching(/^verify-timeout: got "0s"/) as string]],
  ])('refuses %j', (given, complaints) => {
    expect(complaintsOf({ ...VERIFY, ...given })).toEqual(complaints);
  });
});
