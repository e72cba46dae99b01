export const OPERATIONS = ['rotate', 'renew', 'check', 'revoke', 'delete', 'lease'] as const;
export type Operation = (typeof OPERATIONS)[number];
