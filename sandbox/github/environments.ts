import { notFound } from './reply.ts';
import { parameter, type Call } from './route.ts';
import type { Environment, Repository } from './state.ts';
import type { Switches } from './switches.ts';

/** Whether the plan gives the repository environments at all. */
export function hasEnvironments(repository: Repository, { plan }: Pick<Switches, 'plan'>): boolean {
  return !repository.private || plan !== 'free';
}

/**
 * The environment that the path names.
 * @throws Refusal 404 if there is none, or if the plan does not give private repositories any
 */
export function environmentOf(
  call: Call,
  repository: Repository,
  switches: Pick<Switches, 'plan'>,
): Environment {
  const environment = repository.environments.get(parameter(call, 'environment_name').toLowerCase());
  if (environment === undefined || !hasEnvironments(repository, switches)) throw notFound();
  return environment;
}
