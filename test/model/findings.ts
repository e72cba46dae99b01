/** What is found wrong in a sequence, and the transcript of it. */
export class Findings {
  readonly #told: string[] = [];
  readonly #found: string[] = [];
  readonly #title: string;

  constructor(title: string) {
    this.#title = title;
  }

  /** All that was found, with the transcript, as one text; none if nothing was. */
  get failure(): readonly string[] {
    if (this.#found.length === 0) return [];
    const found = this.#found.map((text) => `- ${text}`);
    return [[...found, this.#title, ...this.#told].join('\n')];
  }

  found(...texts: readonly string[]): void {
    this.#found.push(...texts);
    this.note(...texts.map((text) => `!! ${text}`));
  }

  note(...texts: readonly string[]): void {
    this.#told.push(...texts);
  }
}
