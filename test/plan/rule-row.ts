import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import type { Reason } from '../../src/plan/plan.ts';
import type { Rule } from '../../src/plan/rule.ts';
import {
  NOW,
  TOKEN,
  UNMARKED,
  completedToken,
  otherToken,
  stored,
  storedWithVariable,
  type Situation,
} from './situation.ts';

export const force = { force: 'true' };
export const adopt = { adopt: 'true' };
export const leave = { 'leave-pending': 'true' };
export const never = { 'rotate-after': 'never' };
export const id = { 'token-id': TOKEN.id };

export const twin = otherToken('1', { name: TOKEN.name });
export const rotated = NOW - HOUR;
export const before = NOW - 10 * DAY;
export const old = stored(NOW - 60 * DAY);
export const fresh = stored(rotated + MINUTE, { repository: 'api' });
export const lacking = stored(undefined, { repository: 'new' });
export const used = { ...TOKEN, lastSeenAt: NOW - DAY };
export const usedByHand = { ...UNMARKED, lastSeenAt: NOW - DAY };
export const another = otherToken('2', {
  previousSecretExpiresAt: completedToken(NOW - 20 * DAY).previousSecretExpiresAt,
  updatedAt: NOW - 20 * DAY,
});
/** Stored when `another` was rotated and completed. */
export const takenByAge = stored(NOW - 20 * DAY + MINUTE, { repository: 'mixed' });
export const takenByVariable = storedWithVariable(before + MINUTE, another.clientId, 'mixed');

/** The order of the rules. A reason that two rules share stands here twice. */
export interface Row {
  readonly reason: Reason;
  readonly plan: Rule['plan'];
  /** What a person calls the situation. */
  readonly name: string;
  readonly situation: Situation;
}

export const row = (reason: Reason, plan: Rule['plan'], name: string, situation: Situation): Row => ({
  reason,
  plan,
  name,
  situation,
});
