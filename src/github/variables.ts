import type { PlaceRequests } from './place-requests.ts';
import { RequestFailure } from './request-failure.ts';

/** Someone who creates or deletes the variable at the same moment is met once, and not twice in a row. */
const MOST_ATTEMPTS = 3;

/** Creating needs to say who may use an organization's variable; updating keeps that if it is left out. */
export interface VariableBodies {
  readonly create: Readonly<Record<string, unknown>>;
  readonly update: Readonly<Record<string, unknown>>;
}

/**
 * Writes a variable. GitHub has no request that creates or updates: what was read says which of the two is tried first,
 * and the reply whether the other one is needed.
 * @param exists as far as it is known
 * @throws RequestFailure
 */
export async function putVariable(
  place: PlaceRequests,
  name: string,
  { create, update }: VariableBodies,
  exists: boolean,
): Promise<void> {
  let creating = !exists;
  for (let attempts = 1; ; attempts += 1) {
    try {
      await (creating ? place.createVariable(name, create) : place.updateVariable(name, update));
      return;
    } catch (error) {
      // assumption: variable-exists, variable-absent, variable-rename
      const other = error instanceof RequestFailure && error.status === (creating ? 409 : 404);
      if (!other || attempts === MOST_ATTEMPTS) throw error;
      creating = !creating;
    }
  }
}
