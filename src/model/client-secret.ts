import { inspect } from 'node:util';

/**
 * A client secret. Every way of printing it gives `***`; the value is had by `reveal()` alone, which is
 * called only to mask, to seal, to verify, or to set an output that was asked for.
 */
export class ClientSecret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}

/** What a program presents to Access. */
export interface TokenCredentials {
  readonly clientId: string;
  readonly clientSecret: ClientSecret;
}
