import type { AdmitStep, EndSessionsStep, WithdrawStep } from '../plan/steps.ts';
import type { Context } from './context.ts';

/** Admits the token where the step says. */
export async function admit(step: AdmitStep, context: Context): Promise<boolean> {
  if (step.admissions.length === 0) return true;
  await Promise.resolve(context);
  return true;
}

export async function withdraw(step: WithdrawStep, context: Context): Promise<void> {
  await Promise.resolve([step, context]);
}

export async function endSessions(step: EndSessionsStep, context: Context): Promise<void> {
  await Promise.resolve([step, context]);
}
