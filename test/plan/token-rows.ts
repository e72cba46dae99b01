import { DAY, MINUTE } from '../../src/model/time.ts';
import {
  NOW,
  TOKEN,
  completedToken,
  environmentMissing,
  foreignToken,
  pendingToken,
  stored,
  unreadable,
} from './situation.ts';
import {
  force,
  adopt,
  leave,
  id,
  twin,
  rotated,
  before,
  old,
  fresh,
  lacking,
  usedByHand,
  another,
  takenByVariable,
  type Row,
  row,
} from './rule-row.ts';

/** Situations that rules decide which look at the token before its targets, and those beside them. */
export const TOKEN_ROWS: readonly Row[] = [
  row('token-ambiguous', 'error', 'two tokens of one name', { token: TOKEN, namesakes: [twin] }),
  row('token-ambiguous', 'error', 'two tokens of one name, with force', {
    token: TOKEN,
    namesakes: [twin],
    inputs: force,
  }),
  row('secret-due', 'rotate', 'two tokens of one name, and an ID', {
    token: TOKEN,
    others: [twin],
    inputs: id,
  }),
  row('token-mismatch', 'error', 'an ID whose token has another name', {
    token: TOKEN,
    mismatch: true,
    inputs: { ...id, 'token-name': 'deploy' },
  }),
  row('token-mismatch', 'error', 'an ID whose token has another name, with force', {
    token: TOKEN,
    mismatch: true,
    inputs: { ...id, 'token-name': 'deploy', ...force },
  }),
  row('token-not-found', 'error', 'an ID that does not exist', { inputs: id }),
  row('token-not-found', 'error', 'an ID that does not exist, with force', { inputs: { ...id, ...force } }),
  row('token-vanished', 'error', 'no token, but credentials', { targets: [old] }),
  row('token-vanished', 'error', 'no token, but credentials in one of the targets', {
    targets: [lacking, old],
  }),
  row('token-vanished', 'error', 'no token, but credentials, with adopt', { targets: [old], inputs: adopt }),
  row('token-missing', 'create', 'no token, but credentials, with force', { targets: [old], inputs: force }),
  row('token-missing', 'create', 'no token and no credentials', { targets: [lacking] }),
  row('token-missing', 'create', 'no token, and a client ID alone', {
    targets: [stored(undefined, { clientId: true })],
  }),
  row('token-missing', 'create', 'no token, and targets that cannot be read', { targets: [unreadable()] }),
  row('token-missing', 'create', 'no token and no environment', { targets: [environmentMissing()] }),
  row('token-disabled', 'error', 'a disabled token', { token: { ...TOKEN, enabled: false } }),
  row('token-disabled', 'error', 'a disabled token, with force', {
    token: { ...TOKEN, enabled: false },
    inputs: force,
  }),
  row('token-disabled', 'error', 'a disabled token, pending', {
    token: { ...pendingToken(rotated), enabled: false },
    targets: [fresh],
  }),
  row('forced', 'rotate', 'a fresh secret, with force', { token: TOKEN, targets: [fresh], inputs: force }),
  row('forced', 'rotate', 'a grace period, with force', {
    token: completedToken(rotated),
    targets: [fresh, old],
    inputs: force,
  }),
  row('forced', 'rotate', 'a pending rotation, with force', {
    token: pendingToken(rotated),
    targets: [fresh],
    inputs: force,
  }),
  row('forced', 'rotate', 'a pending rotation for other stores, with force', {
    token: pendingToken(rotated),
    targets: [fresh],
    inputs: { ...leave, ...force },
  }),
  row('forced', 'rotate', 'a token that somebody else uses, with force', {
    token: usedByHand,
    targets: [lacking],
    inputs: force,
  }),
  row('forced', 'rotate', 'a target with the credentials of another token, with force', {
    token: completedToken(before),
    targets: [takenByVariable],
    others: [another],
    inputs: force,
  }),
  row('completion-missing', 'error', 'a pending rotation that is delivered, for other stores', {
    token: pendingToken(rotated),
    targets: [fresh],
    inputs: leave,
  }),
  row('completion-missing', 'error', 'a pending rotation by /rotate, for other stores, with adopt', {
    token: pendingToken(rotated, 'rotate'),
    targets: [fresh],
    inputs: { ...leave, ...adopt },
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, for other stores, one target outdated', {
    token: pendingToken(rotated),
    targets: [fresh, old],
    inputs: leave,
  }),
  row('grace-running', 'nothing', 'a completed rotation, for other stores', {
    token: completedToken(rotated),
    targets: [fresh],
    inputs: leave,
  }),
  row('rotation-pending', 'complete', 'a pending rotation that is delivered', {
    token: pendingToken(rotated),
    targets: [fresh],
  }),
  row('rotation-pending', 'complete', 'a pending rotation by /rotate that is delivered', {
    token: pendingToken(rotated, 'rotate'),
    targets: [fresh],
  }),
  row('rotation-pending', 'complete', 'a pending rotation whose hold is over', {
    token: pendingToken(NOW - 31 * DAY),
    targets: [stored(NOW - 31 * DAY + MINUTE)],
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, one target outdated', {
    token: pendingToken(rotated),
    targets: [fresh, old],
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, one target empty', {
    token: pendingToken(rotated),
    targets: [fresh, lacking],
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, one target unreadable', {
    token: pendingToken(rotated),
    targets: [fresh, unreadable()],
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, one environment gone', {
    token: pendingToken(rotated),
    targets: [fresh, environmentMissing()],
  }),
  row('delivery-incomplete', 'recover', "a pending rotation, one target with another token's credentials", {
    token: pendingToken(rotated),
    targets: [fresh, takenByVariable],
    others: [another],
  }),
  row('grace-running', 'nothing', 'a grace period', { token: completedToken(rotated), targets: [fresh] }),
  row('grace-running', 'nothing', 'a grace period, one target unreadable', {
    token: completedToken(rotated),
    targets: [fresh, unreadable()],
  }),
  row('grace-running', 'nothing', "a grace period after a person's rotation and writing", {
    token: foreignToken(rotated),
    targets: [fresh],
  }),
  row('grace-running', 'nothing', 'a grace period, and a secret that is due', {
    token: completedToken(rotated),
    targets: [fresh],
    inputs: { 'rotate-after': '0s' },
  }),
  row('grace-running', 'nothing', "a grace period after a person's rotation, with adopt", {
    token: foreignToken(rotated),
    targets: [fresh],
    inputs: adopt,
  }),
  row('grace-running', 'error', 'a grace period, one target outdated', {
    token: completedToken(rotated),
    targets: [fresh, old],
  }),
  row('grace-running', 'error', 'a grace period, one target empty', {
    token: completedToken(rotated),
    targets: [fresh, lacking],
  }),
  row('rotated-elsewhere', 'error', 'a grace period, all targets outdated', {
    token: completedToken(rotated),
    targets: [old],
  }),
  row('rotated-elsewhere', 'error', 'a grace period, all targets empty', {
    token: completedToken(rotated),
    targets: [lacking],
  }),
  row('rotated-elsewhere', 'error', 'a grace period, one target outdated, the other unreadable', {
    token: completedToken(rotated),
    targets: [old, unreadable()],
  }),
  row('rotated-elsewhere', 'error', "a grace period after a person's rotation, with adopt", {
    token: foreignToken(rotated),
    targets: [old],
    inputs: adopt,
  }),
];
