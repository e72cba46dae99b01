import { describe, expect, it } from 'vitest';
import { findLeaks, requestHaystacks } from '../../sandbox/leaks.ts';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { ACCOUNT, GITHUB_TOKENS, ORIGINS } from '../../sandbox/world.ts';

const SECRET = 'cfast_Aq3Kz9mN0pLr7TgXw2VbYc5Hd8Jf1Se4Ru6Io0Pk1a2b3c4d';
const AWKWARD = 'a"b\\c d/é?+';

function formsFound(secret: string, text: string, raw = false): string[] {
  return findLeaks({ secrets: [secret], haystacks: [{ name: 'log', text, raw }] }).map(({ form }) => form);
}

describe('findLeaks', () => {
  it.each([
    ['plain', (text: string) => text],
    ['JSON-escaped', (text: string) => JSON.stringify(text)],
    ['URL-encoded', encodeURIComponent],
    ['URL-encoded', (text: string) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())],
    ['URL-encoded', (text: string) => new URLSearchParams({ text }).toString()],
    ['hex', (text: string) => Buffer.from(text).toString('hex')],
    ['hex', (text: string) => Buffer.from(text).toString('hex').toUpperCase()],
  ])('finds a secret %s', (form, write) => {
    expect(formsFound(AWKWARD, `before ${write(AWKWARD)} after`)).toEqual([form]);
  });

  it.each([0, 1, 2, 3, 4, 5])('finds a secret in base64 and base64url, %i bytes in', (before) => {
    for (const secret of [SECRET, `${SECRET}~`, `${SECRET}~~`, 'ÿþ?>ÿþ?>']) {
      const bytes = Buffer.from(`${'x'.repeat(before)}${secret} and more`);
      expect(formsFound(secret, bytes.toString('base64'))).toEqual(['base64']);
      expect(formsFound(secret, bytes.toString('base64url'))[0]).toMatch(/^base64(url)?$/);
    }
  });

  it('finds a large part of a client secret, and no less', () => {
    for (let start = 6; start + 23 <= SECRET.length; start += 1) {
      expect(formsFound(SECRET, `starts ${SECRET.slice(start, start + 23)}`)).toEqual(['in part']);
    }
    expect(formsFound(SECRET, 'cfast_ tokens, cfast_Aq3K…')).toEqual([]);
  });

  it('leaves out mask commands of raw output only', () => {
    const text = `::add-mask::${SECRET}\r\nclean`;
    expect(formsFound(SECRET, text, true)).toEqual([]);
    expect(formsFound(SECRET, text)).toEqual(['plain']);
    expect(formsFound(SECRET, `${text}\n${SECRET}`, true)).toEqual(['plain']);
  });

  it('names the place and the secret without repeating it', () => {
    const leaks = findLeaks({
      secrets: ['other', SECRET],
      haystacks: [
        { name: 'summary', text: '' },
        { name: 'log', text: SECRET },
      ],
    });
    expect(leaks).toEqual([{ haystack: 'log', secret: 1, form: 'plain' }]);
  });
});

describe('requestHaystacks', () => {
  it('leaves out the header that presents the secret to the application, and nothing else', async () => {
    const sandbox = new Sandbox();
    const { secret } = sandbox.cloudflare.createToken({
      scope: { kind: 'account', id: ACCOUNT },
      name: 'ci',
    });
    const send = async (url: string, init: RequestInit): Promise<void> => {
      await sandbox.fetch(url, init);
    };
    await send(ORIGINS.application, { headers: { 'CF-Access-Client-Secret': secret } });
    await send(`${ORIGINS.application}/?q=${secret}`, {});
    await send(ORIGINS.github, { headers: { 'CF-Access-Client-Secret': secret } });
    await send(ORIGINS.github, { headers: { authorization: `Bearer ${GITHUB_TOKENS.write}` } });
    await send(`${ORIGINS.github}/x`, { method: 'PUT', body: JSON.stringify({ encrypted_value: secret }) });
    const leaks = findLeaks({
      secrets: sandbox.clientSecrets,
      haystacks: requestHaystacks(sandbox.faults.log),
    });
    expect(leaks.map(({ haystack }) => haystack.split(':')[0])).toEqual([
      'request 2',
      'request 3',
      'request 5',
    ]);
  });
});
