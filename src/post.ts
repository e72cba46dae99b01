import { openAccessPolicies } from './cloudflare/access-policies.ts';
import { connect } from './cloudflare/connection.ts';
import { openServiceTokens } from './cloudflare/service-tokens.ts';
import type { Dependencies } from './model/dependencies.ts';
import { endLease, leaseLeft } from './apply/end-lease.ts';
import { savedLease } from './apply/lease.ts';
import { WaitBudget } from './http/wait-budget.ts';
import { unexpected } from './model/problem.ts';
import { credentialsToMask, readPostSettings } from './settings/read-settings.ts';

/**
 * The post step: withdraws and deletes the token that the main step leased, whatever became of the job in between. A
 * token that cannot be deleted is a warning, since the job's own work is done.
 */
export async function post(deps: Dependencies): Promise<void> {
  const lease = savedLease(deps.runner);
  if (lease === undefined) return;
  try {
    const settings = readPostSettings(deps.env);
    credentialsToMask(settings).forEach(deps.runner.setSecret);
    const waitBudget = new WaitBudget({ ...deps, maxWait: settings.maxWait });
    const options = { deps, settings: { ...settings, scope: lease.scope }, waitBudget };
    const connection = connect(options);
    const deleted = await endLease(lease, {
      tokens: openServiceTokens(options, connection),
      policies: openAccessPolicies(options, connection),
    });
    deps.runner.info(
      deleted
        ? `Deleted the leased service token ${JSON.stringify(lease.name)}.`
        : `The leased service token ${JSON.stringify(lease.name)} is gone already.`,
    );
  } catch (error) {
    const problem = unexpected(error, deps.runner);
    const told = problem.code === 'lease-left' ? problem : leaseLeft(lease, problem.text);
    deps.runner.warning(told.text);
  }
}
