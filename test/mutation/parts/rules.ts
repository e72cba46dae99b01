import type { Part } from '../part.ts';

export const RULES: Part = {
  name: 'rules',
  isNew: false,
  tests: ['test/plan'],
  mutations: [
    [
      'a name that several tokens have stops no run',
      'src/plan/rules.ts',
      "snapshot.lookup.kind === 'ambiguous',",
      'false,',
    ],
    [
      'a token that `token-id` names is never found',
      'src/plan/rules.ts',
      'settings.tokenId !== undefined && token === undefined',
      'settings.tokenId !== undefined',
    ],
    [
      'a token is created although a target stores the secret of another one',
      'src/plan/rules.ts',
      'facts.token === undefined && outdated(facts).length > 0',
      'false',
    ],
    ['a disabled token is rotated', 'src/plan/rules.ts', 'token?.enabled === false', 'false'],
    ['`force` does not rotate', 'src/plan/rules.ts', '({ settings }) => settings.force', '() => false'],
    [
      '`force` passes no rule that refuses',
      'src/plan/rule.ts',
      "(force || (passedBy === 'adopt' && adopt))",
      "passedBy === 'adopt' && adopt",
    ],
    [
      'a rotation that is not pending is completed',
      'src/plan/rules.ts',
      "applies: (facts) => isPending(facts) && all(facts.targets, 'up-to-date')",
      "applies: (facts) => all(facts.targets, 'up-to-date')",
    ],
    [
      'a pending rotation that did not reach every target is not recovered',
      'src/plan/rules.ts',
      'applies: isPending,',
      'applies: () => false,',
    ],
    [
      'while a grace period runs, outdated targets go unnoticed',
      'src/plan/rules.ts',
      "facts.graceEndsAt !== undefined && all(facts.readable, 'up-to-date')",
      'facts.graceEndsAt !== undefined',
    ],
    [
      'while a grace period runs, a target that cannot be read counts as outdated',
      'src/plan/rules.ts',
      "all(facts.readable, 'up-to-date')",
      "all(facts.targets, 'up-to-date')",
    ],
    [
      'while a grace period runs, some outdated targets pass for all of them',
      'src/plan/rules.ts',
      "facts.graceEndsAt !== undefined && targetsThatAre(facts, 'up-to-date').length > 0",
      'false',
    ],
    [
      'a token that somebody else rotated is rotated again within its grace period',
      'src/plan/rules.ts',
      '({ graceEndsAt }) => graceEndsAt !== undefined',
      '() => false',
    ],
    [
      'a token that was never used counts as in use',
      'src/plan/rules.ts',
      "all(facts.targets, 'missing') && facts.token?.lastSeenAt !== undefined",
      "all(facts.targets, 'missing')",
    ],
    [
      'a run without targets refuses a token in use',
      'src/plan/rules.ts',
      "facts.targets.length > 0 && all(facts.targets, 'missing')",
      "all(facts.targets, 'missing')",
    ],
    [
      'a target that lacks the secret does not get it',
      'src/plan/rules.ts',
      'applies: (facts) => missing(facts).length > 0',
      'applies: () => false',
    ],
    [
      'an outdated target does not get the current secret',
      'src/plan/rules.ts',
      'applies: (facts) => outdated(facts).length > 0',
      'applies: () => false',
    ],
    [
      'a secret of exactly the age `rotate-after` is not due',
      'src/plan/conditions.ts',
      'snapshot.githubNow - oldest >= rotateAfter',
      'snapshot.githubNow - oldest > rotateAfter',
    ],
    [
      'the youngest stored secret decides whether a rotation is due',
      'src/plan/conditions.ts',
      'Math.min(...',
      'Math.max(...',
    ],
    [
      'one target that is up to date passes for all',
      'src/plan/conditions.ts',
      'targets.every((target) => target.stored === stored)',
      'targets.some((target) => target.stored === stored)',
    ],
  ],
};
