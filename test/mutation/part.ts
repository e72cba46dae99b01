/** One deliberate defect, in words: in this file, the one place that has this text gets another. */
export type Mutation = readonly [defect: string, file: string, text: string, replacement: string];

/** Defects of one part of the code. */
export interface Part {
  readonly name: string;
  /** Whether what it breaks did not exist yet in the commit that `docs/testing.md` compares with. */
  readonly isNew: boolean;
  /** The cheapest tests that may notice. */
  readonly tests: readonly string[];
  readonly mutations: readonly Mutation[];
}
