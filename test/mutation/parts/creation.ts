import type { Part } from '../part.ts';

export const CREATION: Part = {
  name: 'creation',
  isNew: false,
  tests: ['test/apply'],
  mutations: [
    [
      'of two runs that create the same token, both deliver',
      'src/apply/first.ts',
      'if (await isFirst(created.token, listed, context))',
      'if (created.token.id !== "")',
    ],
    [
      'a token that reached no target stays',
      'src/apply/create.ts',
      '(await reachedNothing(reached, context))',
      '(reached.size === 0)',
    ],
    [
      'a new token stays if nobody can say whether it is the first',
      'src/apply/first.ts',
      'if (created.takenUp === undefined) await deleteAgain(created.token, context);\n    throw error;',
      'throw error;',
    ],
    [
      'an old token of the same name passes for the one whose creation was not answered',
      'src/apply/creation.ts',
      '(token.createdAt ?? since) >= since',
      'true',
    ],
    [
      'a creation is repeated without looking whether it took effect',
      'src/apply/creation.ts',
      'let found = own ?? (await lookUp());',
      'let found = own;',
    ],
    [
      'a new token is not read again after its delivery',
      'src/apply/create.ts',
      'await confirm(born, context);',
      '',
    ],
    [
      'a token counts as deleted without being deleted',
      'src/apply/creation.ts',
      'await services.tokens.delete(token.id);',
      'await Promise.resolve();',
    ],
    [
      'what a concurrent run delivered passes for the delivery of this run',
      'src/apply/creation.ts',
      'rotationMoment(at, [at])',
      'rotationMoment(at, [])',
    ],
  ],
};
