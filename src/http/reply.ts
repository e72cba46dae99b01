import { SECOND, type Instant, type Milliseconds } from '../model/time.ts';

/** The whole answer of a service to one request. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text itself if it is something else. */
  readonly body: unknown;
}

export async function readReply(response: Response): Promise<Reply> {
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, body: parseJson(text) };
}

/**
 * What `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date).
 * @param now by the clock of the service
 */
export function retryAfter(headers: Headers, now: Instant): Milliseconds | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * SECOND;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : date - now;
}

function parseJson(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch {
    return text;
  }
}
