import type { Part } from '../part.ts';

export const DELIVERY: Part = {
  name: 'delivery',
  isNew: false,
  tests: ['test/apply', 'test/github'],
  mutations: [
    [
      'the client ID is not written',
      'src/apply/deliver.ts',
      'await writeSecret().then(writeId)',
      'await writeSecret()',
    ],
    [
      'the client ID is written before the client secret',
      'src/apply/deliver.ts',
      'await writeSecret().then(writeId)',
      'await writeId().then(writeSecret)',
    ],
    [
      'a write that failed beside the other one goes unnoticed',
      'src/apply/deliver.ts',
      'if (failed !== undefined) throw failed.reason;',
      '',
    ],
    [
      'a target that failed is not reported',
      'src/apply/deliver.ts',
      'journal.fail(target, unexpected(error, deps.runner));',
      '',
    ],
    [
      'a target that failed stops the run before it completes or reports',
      'src/apply/deliver.ts',
      'journal.fail(target, unexpected(error, deps.runner));',
      'throw error;',
    ],
    [
      'a target that has half of the credentials passes for one that has nothing',
      'src/apply/deliver.ts',
      "if (written.has(target.clientSecretName)) return 'partly';",
      '',
    ],
    [
      'a lost reply to a write passes for a proven refusal',
      'src/apply/deliver.ts',
      "error.applied === 'no' ? 'nowhere' : 'unknown'",
      "error.applied !== undefined ? 'nowhere' : 'unknown'",
    ],
    [
      'an environment is created although another target refuses',
      'src/apply/write-check.ts',
      'if (!force) refuseIfFailed(context);\n  stopIfCancelled',
      'stopIfCancelled',
    ],
    [
      'a run rotates although no target can be written',
      'src/apply/write-check.ts',
      '|| writable.length === 0) refuseIfFailed(context)',
      ') refuseIfFailed(context)',
    ],
    [
      'a failed write check is not reported',
      'src/apply/write-check.ts',
      'journal.fail(state.target, error);',
      '',
    ],
    [
      'what a recovery locks out is checked no more than others',
      'src/apply/write-check.ts',
      'thorough.includes(state.target)',
      'false',
    ],
    [
      'the write check asks GitHub nothing where a secret is stored',
      'src/github/write-check.ts',
      "await Promise.all([this.#delete(place, 'secrets'), this.#writing.prepare(place, state)]);",
      'await this.#writing.prepare(place, state);',
    ],
    [
      'the write check does not try to create where no secret is stored',
      'src/github/write-check.ts',
      'if (thoroughly || state.clientSecret === undefined) await',
      'if (thoroughly) await',
    ],
    [
      'the write check leaves a secret behind whose creation was not answered',
      'src/github/write-check.ts',
      "if (appliedOf(error) === 'unknown') await place.delete(stores, name).catch(() => undefined);",
      '',
    ],
    [
      'a public key that GitHub replaced fails the delivery',
      'src/github/writing.ts',
      'if (!isAboutTheKey(error) || used === undefined) throw error;',
      'throw error;',
    ],
  ],
};
