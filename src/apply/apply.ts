import { withClientId } from './client-id.ts';
import { close } from './complete.ts';
import type { Context } from './context.ts';
import { stopIfCancelled } from './context.ts';
import { create } from './create.ts';
import { renew } from './renew.ts';
import { deleteSecrets, deleteToken, revoke } from './retire.ts';
import { rotate } from './rotate.ts';
import { describeTarget, type Target } from '../model/target.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Step } from '../plan/plan.ts';
import { Problem } from '../model/problem.ts';

/**
 * Does the steps of a plan in their order; what was done is in the journal, however it ends.
 * @throws Problem where the rest cannot be done
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
      return create(context);
    case 'renew':
      return renew(tokenOf(context), step.duration, context);
    case 'rotate':
      return rotate(context, step.recovering);
    case 'close':
      return closeForAnother(context);
    case 'write-client-id':
      return writeClientIds(step.targets, context);
    case 'revoke':
      return revoke(tokenOf(context), context);
    case 'delete-token':
      return deleteToken(tokenOf(context), context);
    case 'delete-secrets':
      return deleteSecrets(context);
    case 'wait':
    case 'lease':
      throw new Error(`${step.kind} is not a step of a plan to apply`);
  }
}

/** Closes a rotation that an earlier run delivered and did not close. */
async function closeForAnother(context: Context): Promise<void> {
  const { facts, journal, settings } = context;
  if (facts.rotation?.kind !== 'pending') throw new Error('only an open rotation is closed');
  await close(tokenOf(context), facts.rotation.at, context);
  journal.did('repaired');
  if (settings.verifyUrl !== undefined) {
    journal.notices.push(
      'The rotation that was closed now had not been verified: its secret cannot be read any more.',
    );
  }
}

async function writeClientIds(targets: readonly Target[], context: Context): Promise<void> {
  const { services, journal, facts } = context;
  const { clientId } = await withClientId(tokenOf(context), context);
  const write = async (target: Target): Promise<void> => {
    const state = facts.snapshot.targets.find((candidate) => candidate.target === target);
    if (state?.kind !== 'readable') throw new Error(`${describeTarget(target)} was read`);
    try {
      await services.stores.writeClientId(state, clientId);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      journal.fail(target, error);
      return;
    }
    journal.tell({ ...journal.of(target), status: 'delivered' });
    journal.did('repaired');
  };
  await Promise.all(targets.map(write));
}

function tokenOf({ journal }: Context): ServiceToken {
  if (journal.token === undefined) throw new Error('the plan is for a token that exists');
  return journal.token;
}
