/** What a part of the fault matrix has tried, to be told at its end. */
class Tally {
  scenarios = 0;
  requests = 0;
  cells = 0;
  runs = 0;
  logins = 0;
  /** Cells that left what another one had left, whose later runs were not repeated. */
  alike = 0;
  lockOuts = 0;
  readonly mishaps = new Set<string>();

  cell(): void {
    this.cells += 1;
  }

  run(logins: number): void {
    this.runs += 1;
    this.logins += logins;
  }

  tell(what: string): string {
    const { scenarios, requests, mishaps, cells, runs, alike, logins, lockOuts } = this;
    return [
      `${what}: ${scenarios} scenarios, ${requests} requests, ${mishaps.size} kinds of faults, ${cells} faults injected,`,
      `${runs} runs (the later ones of ${alike} states were known already), ${logins} logins checked,`,
      `${lockOuts} targets locked out, all inside the exception for a lost secret.`,
    ].join(' ');
  }
}

export const tally = new Tally();
