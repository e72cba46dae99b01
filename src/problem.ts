/** An error that a person can act on: what failed and what it means, then what to do next. */
export class Problem extends Error {
  /** Stable identifier; `docs/troubleshooting.md` has a section for each. */
  readonly code: string;
  /** What to do next, as one or more sentences. */
  readonly remedy: string;

  constructor(code: string, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Problem';
    this.code = code;
    this.remedy = remedy;
  }

  /** The whole text that is printed. */
  get text(): string {
    return `${this.message} ${this.remedy}`.trim();
  }
}
