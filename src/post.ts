import { openServiceTokens } from './cloudflare/service-tokens.ts';
import type { Dependencies } from './dependencies.ts';
import { endLease, leaseLeft, savedLease } from './apply/lease.ts';
import { WaitBudget } from './http/wait-budget.ts';
import { unexpected } from './model/problem.ts';
import { credentialsToMask, readInputs } from './settings/settings.ts';

/**
 * The post step: deletes the token that the main step leased, whatever became of the job in between. A token that
 * cannot be deleted is a warning, since the job's own work is done.
 */
export async function post(deps: Dependencies): Promise<void> {
  const lease = savedLease(deps.runner);
  if (lease === undefined) return;
  try {
    const settings = readInputs(deps.env);
    if (settings.operation === 'verify') return;
    credentialsToMask(settings).forEach(deps.runner.setSecret);
    const waitBudget = new WaitBudget({ ...deps, maxWait: settings.maxWait });
    const tokens = openServiceTokens({ deps, settings: { ...settings, scope: lease.scope }, waitBudget });
    const deleted = await endLease(lease, tokens);
    deps.runner.info(
      deleted
        ? `Deleted the leased service token ${JSON.stringify(lease.name)}.`
        : `The leased service token ${JSON.stringify(lease.name)} is gone already.`,
    );
  } catch (error) {
    const problem = unexpected(error, deps.runner);
    const told = problem.code === 'lease-left' ? problem : leaseLeft(lease.name, problem.text);
    deps.runner.warning(told.text);
  }
}
