import { DAY, MINUTE } from '../../src/model/time.ts';
import {
  NOW,
  TOKEN,
  UNMARKED,
  completedToken,
  environmentMissing,
  foreignToken,
  stored,
  storedWithVariable,
  unreadable,
} from './situation.ts';
import {
  adopt,
  never,
  before,
  old,
  lacking,
  used,
  usedByHand,
  another,
  takenByAge,
  takenByVariable,
  type Row,
  row,
} from './rule-row.ts';

/** Situations that rules decide which look at the targets, and those beside them. */
export const TARGET_ROWS: readonly Row[] = [
  row('token-in-use', 'error', 'a used token, all targets empty', { token: used, targets: [lacking] }),
  row('token-in-use', 'error', 'a used token of somebody else, all targets empty', {
    token: usedByHand,
    targets: [lacking],
  }),
  row('token-in-use', 'error', 'a used token, targets empty or missing', {
    token: used,
    targets: [lacking, environmentMissing()],
  }),
  row('secret-missing', 'rotate', 'a used token, all targets empty, with adopt', {
    token: used,
    targets: [lacking],
    inputs: adopt,
  }),
  row('secret-fresh', 'nothing', 'a used token, and no target was read', {
    token: used,
    targets: [],
    inputs: { operation: 'check', 'github-token': '' },
  }),
  row('secret-missing', 'rotate', 'a used token, one target empty', {
    token: used,
    targets: [lacking, old],
  }),
  row('secret-missing', 'rotate', 'a used token, one target empty, one unreadable', {
    token: used,
    targets: [lacking, unreadable()],
  }),
  row('token-unmanaged', 'error', 'a used token of somebody else, one target empty, one unreadable', {
    token: usedByHand,
    targets: [lacking, unreadable()],
  }),
  row('token-unmanaged', 'error', "a secret of before a person's rotation", {
    token: foreignToken(before),
    targets: [old],
    inputs: never,
  }),
  row('token-unmanaged', 'error', 'the first secret of a token made by hand, due', {
    token: UNMARKED,
    targets: [old],
  }),
  row('token-unmanaged', 'error', 'a token made by hand, one target empty', {
    token: UNMARKED,
    targets: [old, lacking],
    inputs: never,
  }),
  row('secret-fresh', 'nothing', 'a token made by hand, up to date and never due', {
    token: usedByHand,
    targets: [old],
    inputs: never,
  }),
  row('secret-missing', 'rotate', 'a token made by hand that nobody uses and no target stores', {
    token: UNMARKED,
    targets: [lacking],
  }),
  row('target-taken', 'error', "a token made by hand, and a target with another token's credentials", {
    token: UNMARKED,
    targets: [storedWithVariable(before, another.clientId)],
    others: [another],
  }),
  row('token-adopted', 'rotate', 'a token made by hand, up to date, with adopt', {
    token: usedByHand,
    targets: [old],
    inputs: { ...never, ...adopt },
  }),
  row('token-adopted', 'rotate', 'a used token made by hand, all targets empty, with adopt', {
    token: usedByHand,
    targets: [lacking],
    inputs: adopt,
  }),
  row('token-adopted', 'rotate', "a person's rotation of long ago, with adopt", {
    token: foreignToken(before),
    targets: [old],
    inputs: adopt,
  }),
  row('secret-fresh', 'nothing', "the action's own token, with adopt", {
    token: completedToken(before),
    targets: [stored(before)],
    inputs: adopt,
  }),
  row('target-taken', 'error', 'a client ID variable of another token', {
    token: completedToken(before),
    targets: [takenByVariable],
    others: [another],
  }),
  row('target-taken', 'error', 'a client ID variable of another token, with adopt', {
    token: completedToken(before),
    targets: [takenByVariable],
    others: [another],
    inputs: adopt,
  }),
  row('target-taken', 'error', 'a client ID variable of another token, and no client secret', {
    token: completedToken(before),
    targets: [storedWithVariable(undefined, another.clientId)],
    others: [another],
  }),
  row('target-taken', 'error', 'a secret that was stored when one other token was rotated', {
    token: completedToken(before),
    targets: [takenByAge],
    others: [another],
  }),
  row('secret-outdated', 'rotate', 'a secret that was stored when two other tokens were rotated', {
    token: completedToken(before),
    targets: [takenByAge],
    others: [another, { ...another, id: 'third' }],
  }),
  row('secret-missing', 'rotate', 'credentials of another token that were deleted', {
    token: completedToken(before),
    targets: [stored(undefined, { repository: 'mixed' })],
    others: [another],
  }),
  row('secret-missing', 'rotate', 'a target was added', {
    token: completedToken(NOW - 60 * DAY),
    targets: [lacking, old],
  }),
  row('secret-missing', 'rotate', 'an environment that does not exist yet', {
    token: completedToken(before),
    targets: [environmentMissing(), stored(before)],
  }),
  row('secret-outdated', 'rotate', 'a secret of the rotation before', {
    token: completedToken(before),
    targets: [old],
    inputs: never,
  }),
  row('secret-outdated', 'rotate', 'a secret from elsewhere', {
    token: completedToken(before),
    targets: [stored(NOW - DAY)],
  }),
  row('secret-due', 'rotate', 'a secret older than rotate-after', { token: TOKEN, targets: [old] }),
  row('secret-due', 'rotate', 'a secret exactly as old as rotate-after', {
    token: completedToken(NOW - 30 * DAY),
    targets: [stored(NOW - 30 * DAY)],
  }),
  row('secret-due', 'rotate', 'of two secrets only the older one is due', {
    token: completedToken(NOW - 30 * DAY),
    targets: [stored(NOW - 30 * DAY), stored(NOW - 30 * DAY + 10 * MINUTE, { repository: 'api' })],
  }),
  row('secret-due', 'rotate', 'a due secret, and a target that cannot be read', {
    token: TOKEN,
    targets: [old, unreadable()],
  }),
  row('secret-fresh', 'nothing', 'a secret almost as old as rotate-after', {
    token: completedToken(NOW - 30 * DAY),
    targets: [stored(NOW - 30 * DAY + 1)],
  }),
  row('secret-fresh', 'nothing', 'an old secret that is never due', {
    token: TOKEN,
    targets: [old],
    inputs: never,
  }),
];
