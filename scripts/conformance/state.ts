import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fields } from '../../src/http/json.ts';

/** The runs that this machine began and whose objects it has not removed yet, in a file. */
export class Runs {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get known(): readonly string[] {
    if (!existsSync(this.#file)) return [];
    const { runs } = fields(JSON.parse(readFileSync(this.#file, 'utf8')) as unknown);
    return Array.isArray(runs) ? runs.filter((run) => typeof run === 'string') : [];
  }

  /** Before the run makes anything: a run that is not in the file is somebody else's. */
  begin(run: string): void {
    this.#write([...this.known, run]);
  }

  /** Once nothing of these runs is left. */
  end(runs: readonly string[]): void {
    this.#write(this.known.filter((run) => !runs.includes(run)));
  }

  #write(runs: readonly string[]): void {
    writeFileSync(this.#file, `${JSON.stringify({ runs })}\n`);
  }
}
