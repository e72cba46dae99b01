import type { Facts } from '../observe/facts.ts';
import type { Step } from './steps.ts';

/** The last step of a run that ends all sessions of the applications that `admit-to` names; none if it is not asked for. */
export function endSessions({ settings, snapshot }: Facts): readonly Step[] {
  if (!settings.endSessions) return [];
  const named = snapshot.admissions.flatMap(({ application }) => application ?? []);
  const applications = [...new Map(named.map((application) => [application.id, application])).values()];
  return applications.length === 0 ? [] : [{ kind: 'end-sessions', applications }];
}
