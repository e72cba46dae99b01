import { describe, expect, test } from 'vitest';
import { ClientSecret } from '../../src/model/client-secret.ts';
import { protectedUrl } from './protected-url.ts';

describe('a request', () => {
  test('brings the pair and nothing that was given to an earlier one', async () => {
    const { judge, faults, pair } = protectedUrl({ access: 'mixed' });
    await judge();
    const [control, first, second] = faults.log;
    expect(faults.log).toHaveLength(3);
    expect(control?.requestHeaders).toEqual({
      accept: 'application/json',
      'cache-control': 'no-cache',
      'user-agent': 'Mozilla/5.0 (compatible; cloudflare-access-service-token)',
    });
    expect(first?.requestHeaders).toEqual({
      ...control?.requestHeaders,
      'cf-access-client-id': pair.clientId,
      'cf-access-client-secret': pair.clientSecret.reveal(),
    });
    expect(second?.requestHeaders).toEqual(first?.requestHeaders);
    expect(faults.log.map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array(3).fill('GET /health?key=in-the-query'),
    );
  });

  test('goes to no other address, though every reply points to one', async () => {
    const asked: string[] = [];
    const handler = (request: Request): Promise<Response> => {
      asked.push(new URL(request.url).host);
      const location = 'https://acme.cloudflareaccess.com/cdn-cgi/access/login';
      return Promise.resolve(new Response(null, { status: 302, headers: { location } }));
    };
    const { judge } = protectedUrl({}, { handler, timeout: 3_000 });
    expect((await judge()).verdict.kind).toBe('refused');
    expect(new Set(asked)).toEqual(new Set(['app.acme.com']));
  });

  test('with a wrong secret is made once, where a reply does not say who gave it', async () => {
    const { judge, application, pair, faults } = protectedUrl({ origin: 403 });
    expect((await judge()).verdict.kind).toBe('accepted');
    expect(application.logins.map(({ why }) => why)).toEqual([undefined, 'wrong-secret', undefined]);
    const made = faults.log[2]?.requestHeaders['cf-access-client-secret'];
    expect(made).toMatch(/^[0-9a-f]{64}$/);
    expect(made).not.toBe(pair.clientSecret.reveal());
  });

  test('that no header can carry is not made, and its secret is not told', async () => {
    const { judge, pair, faults, lines } = protectedUrl({}, { timeout: 0 });
    const { verdict } = await judge({ ...pair, clientSecret: new ClientSecret('cfast_\u0000odd') });
    expect(verdict).toEqual({
      kind: 'undecided',
      cause: 'down',
      seen: 'the credentials have characters that no header can carry',
    });
    expect(faults.log).toHaveLength(1);
    expect(JSON.stringify([verdict, lines])).not.toContain('odd');
  });
});

describe('a body', () => {
  /** Megabytes without an end. */
  function endless(begins: string): ReadableStream<Uint8Array> {
    return new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(begins));
      },
      pull: (controller) => {
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
  }

  function replying(withPair: () => Response) {
    const handler = ({ headers }: Request): Promise<Response> => {
      const control = new Response('Forbidden', { status: 403, headers: { 'cf-access-aud': 'ab' } });
      return Promise.resolve(headers.has('cf-access-client-id') ? withPair() : control);
    };
    // The request log would read to the end.
    return protectedUrl({}, { unlogged: handler, timeout: 0 });
  }

  test('without an end does not hide that the application was reached', async () => {
    const { judge } = replying(() => new Response(endless('data: 1\n\n'), { status: 200 }));
    expect((await judge()).verdict.kind).toBe('accepted');
  });

  test('without an end is read in an error as far as it may explain itself', async () => {
    const { judge } = replying(() => new Response(endless('error code: 1010'), { status: 403 }));
    const { verdict } = await judge();
    expect(verdict.kind).toBe('undecided');
    expect(verdict.seen).toContain('403 with error code 1010');
  });
});

describe('what comes back', () => {
  test('puts no credential, query or command into what is said', async () => {
    const handler = ({ headers }: Request): Promise<Response> => {
      const secret = headers.get('cf-access-client-secret') ?? 'none';
      const location = `https://${secret.replace('_', '%5F')}.cloudflareaccess.com/${secret}?secret=${secret}`;
      const marks = { 'cf-ray': `${secret}::add-mask::x`, 'cf-access-aud': secret };
      return Promise.resolve(new Response(secret, { status: 302, headers: { location, ...marks } }));
    };
    const { judge, pair, lines } = protectedUrl({}, { handler, timeout: 3_000 });
    const { verdict } = await judge();
    expect(verdict.kind).toBe('refused');
    const said = JSON.stringify([verdict, lines]).toLowerCase();
    const secret = pair.clientSecret.reveal().toLowerCase();
    for (const never of [secret, secret.replace('_', ''), pair.clientId, '::', 'secret=']) {
      expect(said).not.toContain(never);
    }
  });
});
