import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';

/**
 * The body of a reply as a web stream, decoded if it is encoded, which nobody asked for. It is read as far as somebody
 * reads; if that is given up, so is the connection.
 * @throws in the stream: the reason of the aborted signal, or an error with a `code` if the body ends early
 */
export function bodyOf(reply: IncomingMessage, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  // A reply that breaks off before it is read would end the process; whoever reads learns of it.
  reply.on('error', () => undefined);
  let chunks: AsyncIterator<Uint8Array, undefined> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          chunks ??= (await decoded(reply))[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
          const { done, value } = await chunks.next();
          // An aborted reply may end as if it were whole.
          signal?.throwIfAborted();
          if (done === true) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          reply.destroy();
          throw signal?.aborted === true ? signal.reason : error;
        }
      },
      cancel: () => {
        reply.destroy();
      },
    },
    // Nothing is read ahead.
    { highWaterMark: 0 },
  );
}

async function decoded(reply: IncomingMessage): Promise<Readable> {
  const coding = (reply.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (coding === '' || coding === 'identity') return reply;
  const decoder = await decoderOf(coding);
  if (decoder === undefined) {
    throw Object.assign(new Error('a reply in an encoding that was not asked for'), {
      code: 'UNKNOWN_ENCODING',
    });
  }
  // Errors of either end both; whoever reads the decoder learns of them.
  return pipeline(reply, decoder, () => undefined);
}

async function decoderOf(coding: string): Promise<Transform | undefined> {
  const zlib = await import('node:zlib');
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return zlib.createInflate();
    case 'br':
      return zlib.createBrotliDecompress();
    default:
      return undefined;
  }
}
