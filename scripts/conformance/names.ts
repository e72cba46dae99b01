/** Nothing else may be named like this: what is, is deleted. */
export const PREFIX = 'cf-access-conformance-';
export const GITHUB_PREFIX = 'CF_ACCESS_CONFORMANCE_';

/** Names of the throw-away objects of one run, which say that they are. */
export class Names {
  /** 12 hexadecimal digits. */
  readonly run: string;
  #count = 0;

  constructor(run: string) {
    this.run = run;
  }

  /** For Cloudflare: `cf-access-conformance-<run>-<number>`. */
  next(): string {
    this.#count += 1;
    return `${PREFIX}${this.run}-${this.#count}`;
  }

  /** For a secret or a variable of GitHub. */
  nextGitHub(): string {
    this.#count += 1;
    return `${GITHUB_PREFIX}${this.run.toUpperCase()}_${this.#count}`;
  }

  /** The one environment of a run. */
  get environment(): string {
    return `${PREFIX}${this.run}`;
  }
}

/** The run that an object belongs to by its name; undefined if it is none of these objects. */
export function runOf(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  return /^cf[-_]access[-_]conformance[-_]([0-9a-f]{12})(?:[-_]|$)/i.exec(name)?.[1]?.toLowerCase();
}
