/** A manifest that is wrong in one way. */
export interface BadManifest {
  readonly title: string;
  readonly text: string;
  /** The starts of what is said, without the name of the file, a line each. */
  readonly says: readonly string[];
  /** Why the JSON Schema cannot refuse it, if so. */
  readonly beyondSchema?: 'syntax' | 'relation' | 'form';
}

/** The smallest manifest with one more key of its entry. */
export const entry = (more: string): string => `tokens:\n  - name: web\n    ${more}\n`;

/** The smallest manifest with one target. */
export const target = (more: string): string => `tokens:\n  - name: web\n    targets:\n      - ${more}\n`;
