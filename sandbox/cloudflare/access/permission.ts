import type { Caller } from '../api-credentials.ts';
import type { Operation } from './routes.ts';
import type { AccessSwitches } from './switches.ts';

/** Whether the permissions of an API token are enough for an operation. */
export function mayDo(operation: Operation, caller: Caller, switches: AccessSwitches): boolean {
  const reads = operation.startsWith('list-') || operation.startsWith('get-');
  if (isOfOrganization(operation)) {
    const level = caller.organizations;
    if (operation === 'revoke-user') return level === 'write' || level === 'revoke';
    return level === 'write' || (reads && level === 'read');
  }
  const level = caller.appsAndPolicies;
  if (level === 'write') return true;
  if (operation === 'revoke-tokens') return level === 'revoke' && switches.revokeByRevokePermission;
  if (operation === 'list-application' || operation === 'get-application') return level !== 'none';
  return reads && level === 'read';
}

/** Groups belong to the same family of permissions as the organization. */
function isOfOrganization(operation: Operation): boolean {
  return operation.endsWith('-group') || operation.endsWith('-organization') || operation === 'revoke-user';
}
