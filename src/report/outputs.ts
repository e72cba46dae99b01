/** Every output of the action, in the order of action.yml. */
export const OUTPUTS = [
  'status',
  'reason',
  'message',
  'changed',
  'token-id',
  'client-id',
  'client-secret',
  'expires-at',
  'previous-secret-expires-at',
  'rotate-due-at',
  'targets',
  'tokens',
] as const;
export type OutputName = (typeof OUTPUTS)[number];
