import { queueJob } from '../../sandbox/consumer.ts';
import { WEB, type Sandbox } from '../../sandbox/sandbox.ts';

/** @throws Error unless a job opens what the client stored, and gets past Access with it */
export async function demandLogin(sandbox: Sandbox, clientId: string): Promise<void> {
  const job = queueJob(sandbox, WEB);
  const { accepted, status } = await job.logIn();
  if (job.pair()?.clientId !== clientId) throw new Error('a job gets another client ID than was stored');
  if (!accepted) throw new Error(`a job with what was stored gets ${status}`);
}
