/** How heavily a service may count a request: it reads, it deletes, or it creates or changes something. */
export type Weight = 'read' | 'delete' | 'write';

/** The right to have one request under way. */
export interface Slot {
  /** Gives it back, once the reply is there. */
  readonly release: () => void;
}

/** How fast the requests of one credential may follow each other. */
export interface Pacing {
  /** Resolves when the request may start. */
  readonly admit: (weight: Weight) => Promise<Slot>;
  /** Called when the service asked to slow down. */
  readonly slowDown: () => void;
}

/** Every request starts at once. */
export const UNPACED: Pacing = {
  admit: () => Promise.resolve({ release: ignore }),
  slowDown: ignore,
};

function ignore(): void {
  // Nothing to give back.
}
