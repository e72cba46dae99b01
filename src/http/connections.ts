import type { AgentOptions, Agent as HttpAgent, ClientRequest, RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { MINUTE, SECOND, type Milliseconds } from '../model/time.ts';

/** A connection that was idle for longer is not used again: the server may be about to close it. */
const LONGEST_IDLE: Milliseconds = 4 * SECOND;
/** How long before the end that a server announces by `Keep-Alive: timeout=…` it is not used any more. */
const BEFORE_ANNOUNCED_END: Milliseconds = 2 * SECOND;
/** How long a proxy may say nothing while it connects. Whoever sends a request gives up earlier. */
const LONGEST_SILENCE: Milliseconds = 5 * MINUTE;

/** Begins a request; the caller adds its body and ends it. */
export type Begin = (url: URL, options: RequestOptions) => ClientRequest;

/** The connections of one process, kept open between requests. */
export class Connections {
  readonly #begin = new Map<string, Promise<Begin>>();
  readonly #open = new Set<Duplex>();

  /** @returns how to begin requests by this protocol, `http:` or `https:` */
  for(protocol: string): Promise<Begin> {
    let begin = this.#begin.get(protocol);
    if (begin === undefined) {
      begin = this.#load(protocol);
      this.#begin.set(protocol, begin);
    }
    return begin;
  }

  /** Ends everything at once: one that a proxy never finishes would keep the process alive. */
  close(): void {
    for (const connection of this.#open) connection.destroy();
  }

  async #load(protocol: string): Promise<Begin> {
    const { Agent, globalAgent, request } = await (protocol === 'https:'
      ? import('node:https')
      : import('node:http'));
    // The global agent knows the proxies. It keeps idle connections for longer, though.
    const { options } = globalAgent as HttpAgent & { readonly options: AgentOptions };
    const agent = new Agent({
      ...options,
      timeout: LONGEST_IDLE,
      agentKeepAliveTimeoutBuffer: BEFORE_ANNOUNCED_END,
    });
    this.#watch(agent);
    return (url, options) => request(url, { ...options, agent, timeout: LONGEST_SILENCE });
  }

  /** An agent itself does not know of a connection while a proxy makes it. */
  #watch(agent: HttpAgent): void {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) => {
      const connection = connect(options, callback);
      if (connection) {
        this.#open.add(connection);
        connection.once('close', () => this.#open.delete(connection));
      }
      return connection;
    };
  }
}
