import { withClientId } from './apply/client-id.ts';
import { close } from './apply/close.ts';
import type { Context } from './apply/context.ts';
import { stopIfCancelled } from './apply/context.ts';
import { create } from './apply/create.ts';
import { renew } from './apply/renew.ts';
import { deleteSecrets, deleteToken, revoke } from './apply/retire.ts';
import { rotate } from './apply/rotate.ts';
import { describeTarget, type ServiceToken, type Target } from './model.ts';
import type { Step } from './plan.ts';
import { Problem } from './problem.ts';

/**
 * Does the steps of a plan in their order; what was done is in the ledger, however it ends.
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
  const { facts, ledger, settings } = context;
  if (facts.rotation?.kind !== 'open') throw new Error('only an open rotation is closed');
  await close(tokenOf(context), facts.rotation.at, context);
  ledger.did('repaired');
  if (settings.verifyUrl !== undefined) {
    ledger.notices.push(
      'The rotation that was closed now had not been verified: its secret cannot be read any more.',
    );
  }
}

async function writeClientIds(targets: readonly Target[], context: Context): Promise<void> {
  const { services, ledger, facts } = context;
  const { clientId } = await withClientId(tokenOf(context), context);
  const write = async (target: Target): Promise<void> => {
    const state = facts.world.targets.find((candidate) => candidate.target === target);
    if (state?.kind !== 'readable') throw new Error(`${describeTarget(target)} was read`);
    try {
      await services.stores.write(state, target.clientIdName, clientId);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      ledger.fail(target, error);
      return;
    }
    ledger.tell({ ...ledger.of(target), status: 'delivered' });
    ledger.did('repaired');
  };
  await Promise.all(targets.map(write));
}

function tokenOf({ ledger }: Context): ServiceToken {
  if (ledger.token === undefined) throw new Error('the plan is for a token that exists');
  return ledger.token;
}
