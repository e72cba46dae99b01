import type { Part } from '../part.ts';

export const LEAVE_PENDING: Part = {
  name: 'leave-pending',
  isNew: true,
  tests: ['test/plan', 'test/apply'],
  mutations: [
    [
      'a creation with `leave-pending` is completed',
      'src/apply/birth.ts',
      'pending ? pendingMark(at, way) : endedMark',
      'false ? pendingMark(at, way) : endedMark',
    ],
    [
      'a rotation with `leave-pending` is completed',
      'src/apply/rotate.ts',
      'everywhere && accepted && !step.leavePending',
      'everywhere && accepted',
    ],
    [
      'a run with `leave-pending` completes what an earlier run left pending',
      'src/plan/rules.ts',
      "facts.settings.leavePending && isPending(facts) && all(facts.targets, 'up-to-date')",
      'false',
    ],
    [
      '`complete` ignores the secret version that the other stores have',
      'src/plan/completion.ts',
      'settings.secretVersion !== undefined && token.version !== settings.secretVersion',
      'false',
    ],
    [
      '`complete` locks out targets that are outdated',
      'src/plan/completion.ts',
      'if (behind.length > 0) {',
      'if (false) {',
    ],
    [
      '`complete` does not look whether somebody rotated since the token was read',
      'src/apply/complete.ts',
      'if (step.asked) await demandUnchanged(token, context);',
      '',
    ],
  ],
};
