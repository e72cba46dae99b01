import { OPERATIONS } from '../../src/model/operation.ts';
import { INPUT_NAMES } from '../../src/settings/inputs.ts';
import { USES } from '../../src/settings/uses.ts';
import type { Inputs } from '../harness/play.ts';

/** A person takes out of the step what its operation has no use for. */
export function usable(inputs: Inputs): Inputs {
  const operation = OPERATIONS.find((known) => known === (inputs['operation'] ?? 'rotate')) ?? 'rotate';
  return Object.fromEntries(
    Object.entries(inputs).filter(([name]) => {
      const use = INPUT_NAMES.find((known) => known === name);
      return use === undefined || USES[use].operations.includes(operation);
    }),
  );
}
