import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '../server.ts';

/** A message that a webhook got. */
export interface Received {
  readonly path: string;
  readonly body: string;
}

/**
 * Stores and receivers beside GitHub, served on loopback: secrets of Workers, a cloud's secret manager, the disk of a
 * server and webhooks. The stand-ins for `npx wrangler`, `gcloud`, `ssh` and `gh workflow run` talk to it.
 */
export interface OtherStores {
  readonly origin: string;
  /** The home folder of the server that `ssh` reaches. */
  readonly server: string;
  /** Everything is answered with 503 while this is true. */
  down: boolean;
  /** What is stored at `workers/<worker>/<name>` or `secrets/<name>`; undefined if nothing is. */
  readonly stored: (path: string) => string | undefined;
  /** A file in the server's home folder; undefined if it is not there. */
  readonly file: (name: string) => Promise<string | undefined>;
  /** What was posted, oldest first. */
  readonly received: readonly Received[];
  readonly close: () => Promise<void>;
}

/** Starts empty stores. */
export async function startOtherStores(): Promise<OtherStores> {
  const values = new Map<string, string>();
  const received: Received[] = [];
  const server = await mkdtemp(join(tmpdir(), 'server-'));
  const state = { down: false };
  const { origin, close } = await listen(async (request) => {
    const path = new URL(request.url).pathname.slice(1);
    if (state.down) return new Response('unavailable', { status: 503 });
    const body = await request.text();
    if (request.method === 'PUT') values.set(path, body);
    else if (request.method === 'POST') received.push({ path, body });
    return new Response('ok');
  });
  return Object.assign(state, {
    origin,
    server,
    stored: (path: string) => values.get(path),
    file: async (name: string) => {
      const file = join(server, name);
      return existsSync(file) ? readFile(file, 'utf8') : undefined;
    },
    received,
    close: async () => {
      await close();
      await rm(server, { recursive: true });
    },
  });
}
