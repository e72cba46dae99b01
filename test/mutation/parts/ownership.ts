import type { Part } from '../part.ts';

export const OWNERSHIP: Part = {
  name: 'ownership',
  isNew: true,
  tests: ['test/plan', 'test/observe'],
  mutations: [
    [
      'a token that somebody else rotated is rotated without `adopt`',
      'src/plan/rules.ts',
      '!facts.own &&\n      (facts.token',
      'false &&\n      (facts.token',
    ],
    [
      'a token that nobody ever used must be adopted',
      'src/plan/rules.ts',
      '(facts.token?.lastSeenAt !== undefined || storedMoments(facts.snapshot.targets).length > 0) &&',
      '',
    ],
    [
      'somebody else’s token that no rule would rotate is refused',
      'src/plan/rules.ts',
      "wouldRotateBelow('token-unmanaged', facts),",
      'true,',
    ],
    [
      '`adopt` rotates an own token',
      'src/plan/rules.ts',
      '({ own, settings }) => !own && settings.adopt',
      '({ settings }) => settings.adopt',
    ],
    ['`adopt` passes no rule', 'src/plan/rule.ts', "(force || (passedBy === 'adopt' && adopt))", 'force'],
    [
      '`adopt` passes rules that only `force` may pass',
      'src/plan/rule.ts',
      "(passedBy === 'adopt' && adopt)",
      'adopt',
    ],
    [
      'a token that was never rotated is the action’s own',
      'src/observe/rotation-state.ts',
      "case 'never':\n      return false;",
      "case 'never':\n      return true;",
    ],
    [
      'an own token whose seconds Cloudflare drops is somebody else’s',
      'src/observe/rotation-state.ts',
      'return rotation.perhapsAt.some((at) => storedAt.some(',
      'return rotation.perhapsAt.every((at) => storedAt.some(',
    ],
    [
      '`revoke` and `delete` touch somebody else’s token without `adopt`',
      'src/plan/retirement.ts',
      'if (own || settings.adopt || settings.force) return undefined;',
      'return undefined;',
    ],
    [
      'whoever held the secret of a token that is taken over is admitted with it',
      'src/plan/rotation.ts',
      'return facts.own ? planAdmission(facts, mustRotate) : [];',
      'return planAdmission(facts, mustRotate);',
    ],
    [
      'a target that stores the credentials of another token is overwritten',
      'src/plan/rules.ts',
      'applies: (facts) => taken(facts).length > 0',
      'applies: () => false',
    ],
    [
      'a target is taken for that of the first of several tokens that fit',
      'src/observe/facts.ts',
      'return matching.length === 1 ? matching[0] : undefined;',
      'return matching[0];',
    ],
    [
      'a token whose last rotation is not completed is taken for the holder of a target',
      'src/observe/facts.ts',
      "its.kind === 'completed' && isUpToDate(",
      'isUpToDate(',
    ],
    [
      'a target with the client ID of another token is up to date',
      'src/observe/facts.ts',
      "if (holderOf(state.clientId?.value, token, snapshot) !== undefined) return 'outdated';",
      '',
    ],
  ],
};
