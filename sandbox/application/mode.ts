import type { Access } from '../cloudflare/access/access.ts';
import { policiesOf } from '../cloudflare/access/links.ts';
import { isJson, type AccessState, type ApplicationRecord } from '../cloudflare/access/records.ts';
import type { AccessMode } from './settings.ts';

/** A mode that says by itself how Access refuses. */
export type DefiniteMode = Exclude<AccessMode, 'as-configured' | 'unprotected'>;

/** How Access refuses, by the application's policies and flags and by the organization. */
export function modeOf(application: ApplicationRecord, state: AccessState, access: Access): DefiniteMode {
  const { fields } = application;
  const decisions = policiesOf(application, state).map(({ policy }) => policy.fields['decision']);
  const letsPeopleIn = decisions.includes('allow');
  if (access.organization.isStrict) return letsPeopleIn ? 'strict-mixed' : 'strict';
  const { oauth_configuration: oauth } = fields;
  if (isJson(oauth) && oauth['enabled'] === true) return 'managed-oauth';
  if (fields['service_auth_401_redirect'] === true && decisions.includes('non_identity')) return '401-flag';
  return letsPeopleIn ? 'mixed' : 'service-auth-only';
}
