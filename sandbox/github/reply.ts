/** What an endpoint answers; without a body where `body` is undefined. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error reply, thrown from wherever the request proves wrong. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Members of the body beside `message`, `documentation_url` and `status`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    message: string,
    options: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly details?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.headers = options.headers ?? {};
    this.details = options.details ?? {};
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}

/** 422 with the text that GitHub puts before what its request schema found. */
export function invalidRequest(finding: string): Refusal {
  return new Refusal(422, `Invalid request.\n\n${finding}`);
}
