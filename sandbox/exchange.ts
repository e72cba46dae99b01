/** A service without its transport: used in process by tests, behind a port by everything else. */
export type Handler = (request: Request) => Promise<Response>;

/** Thrown by a handler whose connection breaks: the client sees a reset, in process and over TCP alike. */
export class ConnectionReset extends Error {
  constructor() {
    super('connection reset');
    this.name = 'ConnectionReset';
  }
}

/** One exchange as the request log keeps it. */
export interface Exchange {
  /** Position in the log, from 1. */
  readonly number: number;
  /** Milliseconds since the epoch, by the virtual clock. */
  readonly at: number;
  readonly service: string;
  readonly method: string;
  /** Path with query, without the origin. */
  readonly path: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  /** Undefined where no reply was sent: a reset or a hang. */
  readonly status: number | undefined;
  readonly responseBody: string;
  /** The fault that struck, if one did. */
  readonly fault: string | undefined;
}
