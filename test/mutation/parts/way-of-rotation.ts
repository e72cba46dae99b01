import type { Part } from '../part.ts';

export const WAY_OF_ROTATION: Part = {
  name: 'way of rotation',
  isNew: true,
  tests: ['test/cloudflare', 'test/apply', 'test/observe', 'test/plan'],
  mutations: [
    [
      'the mark of a pending rotation by `/rotate` is that of an update',
      'src/observe/rotation-state.ts',
      'firstAt(rotatedAt + HOLD, SECONDS.pending[way])',
      'firstAt(rotatedAt + HOLD, SECONDS.pending.update)',
    ],
    [
      'the mark of a completed rotation by `/rotate` is that of an update',
      'src/observe/rotation-state.ts',
      'firstAt(rotatedAt + gracePeriod, SECONDS.completed[way])',
      'firstAt(rotatedAt + gracePeriod, SECONDS.completed.update)',
    ],
    [
      'the mark of an ended secret by `/rotate` is that of an update',
      'src/observe/rotation-state.ts',
      'MINUTE), SECONDS.completed[way])',
      'MINUTE), SECONDS.completed.update)',
    ],
    [
      'a completion that cannot be later loses the way',
      'src/observe/rotation-state.ts',
      ': lastAt(stands, SECONDS.completed[way])',
      ': lastAt(stands, SECONDS.completed.update)',
    ],
    [
      'the way of somebody else’s token is taken as known',
      'src/observe/facts.ts',
      "if (!own) return 'untried';",
      '',
    ],
    [
      'a token of a zone is rotated by `/rotate`',
      'src/observe/facts.ts',
      "return scope.kind === 'account' ? 'rotate' : 'update';",
      "return 'rotate';",
    ],
    [
      'an own token whose reply brings no secret is rotated twice',
      'src/cloudflare/rotation.ts',
      "if (way === 'update' || scope.kind === 'zone') return updated;",
      "if (scope.kind === 'zone') return updated;",
    ],
    [
      'after an update without a secret `/rotate` is asked for in a zone',
      'src/cloudflare/rotation.ts',
      "if (way === 'update' || scope.kind === 'zone') return updated;",
      "if (way === 'update') return updated;",
    ],
    [
      '`/rotate` goes over the rotation of a concurrent run',
      'src/cloudflare/rotation.ts',
      'if (isTouched(token, before)) {',
      'if (false) {',
    ],
    [
      'a concurrent run is looked for once instead of three times',
      'src/cloudflare/rotation.ts',
      'look <= LOOKS',
      'look <= 1',
    ],
    [
      'a rotation that skipped a version does not count as a lock-out',
      'src/cloudflare/rotation.ts',
      'skipped: crossed',
      'skipped: false',
    ],
    [
      'a secret that comes by `/rotate` after an update does not count as a lock-out',
      'src/cloudflare/rotation.ts',
      "'rotate'), skipped: true }",
      "'rotate'), skipped: false }",
    ],
    [
      'a rotation at birth is tried without end',
      'src/apply/birth.ts',
      'if (rotations === MOST_ROTATIONS) throw lost(reply.because);',
      '',
    ],
    [
      'a newborn token whose version the creation alone tells is rotated in the same second',
      'src/apply/create.ts',
      'await letTheClockMove(listed, context)',
      'await letTheClockMove(created.token, context)',
    ],
    [
      'a secret version that was not known counts as another one',
      'src/cloudflare/rotation.ts',
      'before.version !== undefined && after.version !== undefined && after.version',
      'after.version !== undefined && after.version',
    ],
    [
      'the version after a rotation at birth is not known unless its reply tells it',
      'src/apply/birth.ts',
      'const { version = next, previousSecretExpiresAt = end(way) }',
      'const { version, previousSecretExpiresAt = end(way) }',
    ],
  ],
};
