import type { Step } from '../plan/steps.ts';
import { admit, notAdmitted, withdraw } from './admit.ts';
import { writeClientIds } from './client-ids.ts';
import { completePending } from './complete.ts';
import { stopIfCancelled, type Context } from './context.ts';
import { create } from './create.ts';
import { endSessions } from './end-sessions.ts';
import { lease } from './lease.ts';
import { renew } from './renew.ts';
import { deleteSecrets, deleteToken, revoke } from './retire.ts';
import { rotate } from './rotate.ts';

/**
 * Does the steps of a plan in their order; what was done is in the journal, however it ends.
 * @throws Problem if the rest cannot be done
 */
export async function apply(steps: readonly Step[], context: Context): Promise<void> {
  for (const step of steps) {
    stopIfCancelled(context);
    await applyStep(step, context);
  }
}

async function applyStep(step: Step, context: Context): Promise<void> {
  switch (step.kind) {
    case 'create':
      return create(step, context);
    case 'renew':
      return renew(step, context);
    case 'admit':
      if (!(await admit(step, context)) && !step.mustGoOn) throw notAdmitted();
      return;
    case 'rotate':
      return rotate(step, context);
    case 'complete':
      return completePending(step, context);
    case 'write-client-id':
      return writeClientIds(step, context);
    case 'revoke':
      return revoke(step, context);
    case 'withdraw':
      return withdraw(step, context);
    case 'delete-token':
      return deleteToken(step, context);
    case 'delete-secrets':
      return deleteSecrets(step, context);
    case 'end-sessions':
      return endSessions(step, context);
    case 'lease':
      return lease(step, context);
    case 'wait':
    case 'verify':
      throw new Error(`${step.kind} is no step to apply to a token`);
  }
}
