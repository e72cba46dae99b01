/** Cuts a stream of text into lines at LF, CR LF and CR alone, as the runner reads a process's output. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: string): void {
    const text = this.#rest + chunk;
    // A CR at the very end may be the first half of a CR LF.
    const held = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, held).split(/\r\n|\r|\n/);
    this.#rest = (lines.pop() ?? '') + text.slice(held);
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    const rest = this.#rest.replace(/\r$/, '');
    if (this.#rest !== '') this.#onLine(rest);
    this.#rest = '';
  }
}
