/** How strong the evidence for an assumption is, and where it was found. */
export interface Evidence {
  /**
   * `documented`: by the service itself, but another source says otherwise or nobody has tried it.
   * `acceptance test`: a test by the service's own engineers that ran against the live API.
   * `observed`: a third party that says what it saw. `inferred`: nobody says so.
   */
  readonly grade: 'documented' | 'acceptance test' | 'observed' | 'inferred';
  readonly where: string;
}

/** A fact about Cloudflare or GitHub that the code depends on and that is not proven. */
export interface Assumption {
  /** As comments in the code name it. */
  readonly id: string;
  readonly assumes: string;
  /** What a conformance run can find, the assumed answer first. */
  readonly answers: readonly [string, ...string[]];
  readonly evidence: Evidence;
  /** What the code does under the other answers. */
  readonly otherwise: string;
  /** The file that holds this, with a comment that names the assumption. */
  readonly fallback: string;
  /** The file of tests that holds the code to it. */
  readonly test: string;
}
