import type { Dependencies } from '../model/dependencies.ts';
import { boundedFetch, NoReply } from '../http/bounded-fetch.ts';
import { SECOND, type Milliseconds } from '../model/time.ts';
import { ServiceClock } from '../http/service-clock.ts';
import { readReply, type Reading } from './reply.ts';

/** Longer than this no application takes to say who let the request in. */
const LONGEST_REQUEST: Milliseconds = 15 * SECOND;

/** All refusals of the edge are shorter, and only their beginning is looked at. */
const BODY_LOOKED_AT = 64 * 1024;

/** What the request asks to be let in with; revealed already, and never printed. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Asks a URL once, as a new client without cookies would; undefined credentials are sent none. */
export type AccessRequest = (credentials: Credentials | undefined) => Promise<Reading | NoReply>;

/** Requests of one URL; those under way end when the run is cancelled. */
export function accessRequests(url: URL, requestTimeout: Milliseconds, deps: Dependencies): AccessRequest {
  const bounded = boundedFetch({
    fetch: withoutLongBodies(deps.fetch),
    time: deps.time,
    // An application's clock is nobody's: neither service's times are compared with it.
    clock: new ServiceClock(deps.time),
    requestTimeout: Math.min(requestTimeout, LONGEST_REQUEST),
    cancelled: deps.cancelled,
  });
  return async (credentials) => {
    const headers = headersWith(credentials);
    if (headers === undefined) return new NoReply('the credentials have characters that no header can carry');
    try {
      const response = await bounded(url.href, { headers, credentials: 'omit', signal: deps.cancelled });
      const reply = { status: response.status, headers: response.headers, body: await response.text() };
      return readReply(reply, url, (value) => !echoes(value, credentials));
    } catch (error) {
      if (!(error instanceof NoReply)) throw error;
      return deps.cancelled.aborted ? new NoReply('the run was cancelled') : error;
    }
  };
}

function headersWith(credentials: Credentials | undefined): Headers | undefined {
  const headers = new Headers({
    accept: 'application/json',
    'cache-control': 'no-cache',
    // Cloudflare's browser integrity check refuses clients that name no product or a known library.
    'user-agent': 'Mozilla/5.0 (compatible; cloudflare-access-service-token)',
  });
  if (credentials === undefined) return headers;
  try {
    headers.set('cf-access-client-id', credentials.clientId);
    headers.set('cf-access-client-secret', credentials.clientSecret);
    return headers;
  } catch {
    // The error would quote the value.
    return undefined;
  }
}

/** Host names come back in lower case, which the runner's masks would not match. */
function echoes(value: string, credentials: Credentials | undefined): boolean {
  if (credentials === undefined) return false;
  const text = value.toLowerCase();
  return [credentials.clientId, credentials.clientSecret].some(
    (credential) => credential !== '' && text.includes(credential.toLowerCase()),
  );
}

/** Bodies matter in errors alone, where a refusal may explain itself; a download or an endless stream is let go. */
function withoutLongBodies(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.status >= 400) return new Response(await beginningOf(response.body), response);
    response.body?.cancel().catch(() => undefined);
    return new Response(null, response);
  };
}

async function beginningOf(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (body !== null) {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length >= BODY_LOOKED_AT) break;
    }
  }
  return new Uint8Array(Buffer.concat(chunks).subarray(0, BODY_LOOKED_AT));
}
