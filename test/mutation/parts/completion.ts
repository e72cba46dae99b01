import type { Part } from '../part.ts';

export const COMPLETION: Part = {
  name: 'completion',
  isNew: false,
  tests: ['test/apply'],
  mutations: [
    [
      'one delivered target completes the rotation for all',
      'src/apply/rotate.ts',
      "[...reached.values()].every((how) => how === 'whole')",
      "[...reached.values()].some((how) => how === 'whole')",
    ],
    [
      'a refused login check does not keep the hold',
      'src/apply/rotate.ts',
      'everywhere && accepted && !step.leavePending',
      'everywhere && !step.leavePending',
    ],
    [
      'a failed target does not keep the hold',
      'src/apply/rotate.ts',
      'everywhere && accepted && !step.leavePending',
      'accepted && !step.leavePending',
    ],
    [
      'targets that `force` left out do not keep the hold',
      'src/apply/rotate.ts',
      'writable.length < targets.length && gracePeriod > 0',
      'false',
    ],
    [
      'without a grace period the hold stays for targets that `force` left out',
      'src/apply/rotate.ts',
      'writable.length < targets.length && gracePeriod > 0',
      'writable.length < targets.length',
    ],
    [
      'a recovery checks the login before it delivers',
      'src/apply/rotate.ts',
      'deliverFirst ? undefined : await checkLogin()',
      'await checkLogin()',
    ],
    [
      'a rotation delivers before it checks the login',
      'src/apply/rotate.ts',
      'deliverFirst ? undefined : await checkLogin()',
      'undefined',
    ],
    [
      'an outdated target that failed is said to work until the hold ends',
      'src/apply/rotate.ts',
      'own.lockOut?.targets.includes(result.target) === true',
      'false',
    ],
    [
      'a rotation by somebody else during the delivery goes unnoticed',
      'src/apply/complete.ts',
      'if (hasOtherVersion(token, read)) return true;',
      '',
    ],
    [
      'a mark that a run behind this one set goes unnoticed',
      'src/apply/complete.ts',
      'if (token.version !== undefined) return (read.previousSecretExpiresAt ?? hold) >= hold + REOPENED;',
      'if (token.version !== undefined) return false;',
    ],
    [
      'a run that was overtaken leaves no mark for the next run',
      'src/apply/complete.ts',
      'const remembered = !delivered.written || (await reopen(read, own.way, context));',
      'const remembered = true;',
    ],
    [
      'completing ends the previous secret at once',
      'src/apply/complete.ts',
      'const end = completedMark({ rotatedAt, way, gracePeriod, now: services.tokens.now(), stands });',
      'const end = services.tokens.now();',
    ],
    [
      'a rotation by somebody else right before the completion goes unnoticed',
      'src/apply/complete.ts',
      'if (!hasOtherVersion(token, updated)) return;',
      'if (token.id !== "") return;',
    ],
    [
      'a mark for the next run is not looked at once more',
      'src/apply/complete.ts',
      'attempt <= 2',
      'attempt <= 1',
    ],
    ['a mark for the next run counts from now', 'src/apply/complete.ts', ' + LATER, way)', ', way)'],
    [
      '`revoke` beside a rotation ends what targets still store',
      'src/apply/retire.ts',
      'throw await takenBack(updated, way, context);',
      '',
    ],
    [
      '`revoke` says that it ended what Cloudflare still accepts',
      'src/apply/retire.ts',
      'if (previousSecretExpiresAt > now) {',
      'if (false) {',
    ],
  ],
};
