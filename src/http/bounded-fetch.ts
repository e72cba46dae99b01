import { setImmediate } from 'node:timers/promises';
import type { Time } from '../model/dependencies.ts';
import { describeSpan } from '../model/duration.ts';
import type { Milliseconds } from '../model/time.ts';
import { AFTER_CANCEL, lastMoments } from './last-moments.ts';
import type { ServiceClock } from './service-clock.ts';

/** A reply that is longer than any that the two services send. */
const LONGEST_BODY = 8 * 1024 * 1024;

/** Why an exchange is aborted that has ended already. */
const OVER = 'the exchange is over';

/** No whole reply came: nobody can tell from this alone whether the request took effect. */
export class NoReply extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NoReply';
  }
}

/** The `NoReply` behind an error that a client library wrapped around it. */
export function noReplyBehind(error: unknown): NoReply | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof NoReply) return at;
  }
  return undefined;
}

export interface HttpOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly time: Time;
  readonly clock: ServiceClock;
  readonly requestTimeout: Milliseconds;
  readonly cancelled: AbortSignal;
}

/**
 * A `fetch` for one service: bounded in time and size, tells the service's clock, never follows a
 * redirect (a moved repository would be handed the secret), and reads the whole reply before returning.
 * @throws NoReply for every exchange that brought no whole reply
 */
export function boundedFetch(options: HttpOptions): typeof globalThis.fetch {
  const lastCall = lastCallOf(options);
  return async (input, init) => {
    const deadline = new AbortController();
    const stopTimers = armDeadline(options, lastCall, deadline);
    const signal = init?.signal ? AbortSignal.any([deadline.signal, init.signal]) : deadline.signal;
    try {
      if (lastCall() <= 0) throw new NoReply('no time is left because the run was cancelled');
      const response = await options.fetch(input, { ...init, redirect: 'manual', signal });
      options.clock.observe(response.headers.get('date'));
      const body = await readBody(response);
      // A connection may be used again one turn later: whoever asks at once would wait for another handshake.
      await setImmediate();
      const empty = response.status === 204 || response.status === 205 || response.status === 304;
      return new Response(empty ? null : body, response);
    } catch (error) {
      if (error instanceof NoReply) throw error;
      if (deadline.signal.aborted) throw deadline.signal.reason;
      throw new NoReply(describeFailure(error), { cause: error });
    } finally {
      stopTimers();
      // Otherwise Node's own `fetch` holds on to an exchange that is over, until the next full garbage collection.
      deadline.abort(OVER);
    }
  };
}

/** How long a request may go on that is under way when the run is cancelled, or begins after that. */
function lastCallOf({ time, requestTimeout, cancelled }: HttpOptions): () => Milliseconds {
  const moments = lastMoments(time, cancelled);
  return () => Math.min(AFTER_CANCEL, requestTimeout, moments.left());
}

function armDeadline(
  { time, requestTimeout, cancelled }: HttpOptions,
  lastCall: () => Milliseconds,
  deadline: AbortController,
): () => void {
  const disarming: (() => void)[] = [];
  const armed = (span: Milliseconds): void => {
    listen(time.timeout(span), () => {
      deadline.abort(new NoReply(`no reply within ${describeSpan(span)}`));
    });
  };
  const listen = (signal: AbortSignal, listener: () => void): void => {
    signal.addEventListener('abort', listener);
    disarming.push(() => {
      signal.removeEventListener('abort', listener);
    });
  };
  const armedAtLast = (): void => {
    armed(Math.max(0, lastCall()));
  };
  armed(requestTimeout);
  if (cancelled.aborted) armedAtLast();
  else listen(cancelled, armedAtLast);
  return () => {
    for (const disarm of disarming) disarm();
  };
}

async function readBody(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body !== null) {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      length += chunk.byteLength;
      if (length > LONGEST_BODY) throw new NoReply(`a reply of more than ${LONGEST_BODY / 1024 / 1024} MiB`);
      chunks.push(chunk);
    }
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** `fetch failed` says nothing; the cause has the system's own code. */
function describeFailure(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : undefined;
    if (code !== undefined && /^[A-Z][A-Z0-9_]+$/.test(code)) return `the connection failed (${code})`;
  }
  return 'the connection failed';
}
