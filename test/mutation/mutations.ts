/** One deliberate defect: in this file, the one place that has this text gets another. */
export type Mutation = readonly [file: string, text: string, replacement: string];

/** Defects of one part of the code, and the cheapest tests that have to notice each of them, the cheaper ones first. */
export interface Part {
  readonly name: string;
  readonly tests: readonly string[];
  readonly mutations: readonly Mutation[];
}

const RULES = 'src/plan/rules.ts';
const RENEWAL = 'src/plan/renewal.ts';
const FACTS = 'src/observe/facts.ts';
const STATE = 'src/observe/rotation-state.ts';
const ROTATE = 'src/apply/rotate.ts';
const COMPLETE = 'src/apply/complete.ts';
const DELIVER = 'src/apply/deliver.ts';
const CHECK = 'src/apply/write-check.ts';
const BUDGET = 'src/http/wait-budget.ts';
const CLOCK = 'src/http/service-clock.ts';

export const PARTS: readonly Part[] = [
  {
    name: 'rules',
    tests: ['test/plan'],
    mutations: [
      [RULES, "snapshot.lookup.kind === 'ambiguous',", 'false,'],
      [RULES, 'settings.tokenId !== undefined && token === undefined', 'settings.tokenId !== undefined'],
      [RULES, 'token?.enabled === false', 'token?.enabled === true'],
      [RULES, '({ settings }) => settings.force', '() => false'],
      [
        RULES,
        "facts.graceEndsAt !== undefined && all(facts.readable, 'up-to-date')",
        'facts.graceEndsAt !== undefined',
      ],
      [RULES, "facts.graceEndsAt !== undefined && targetsThatAre(facts, 'up-to-date').length > 0", 'false'],
      [RULES, '({ graceEndsAt }) => graceEndsAt !== undefined', '() => false'],
      [
        RULES,
        "all(facts.targets, 'missing') && facts.token?.lastSeenAt !== undefined",
        "all(facts.targets, 'missing')",
      ],
    ],
  },
  {
    name: 'rotation state',
    tests: ['test/observe'],
    mutations: [
      [STATE, 'DELIVERY: Milliseconds = 60 * MINUTE', 'DELIVERY: Milliseconds = 600 * MINUTE'],
      [STATE, 'CLOCKS: Milliseconds = MINUTE', 'CLOCKS: Milliseconds = 0 * MINUTE'],
      [STATE, 'end <= stands ? end :', 'end > 0 ? end :'],
      [STATE, '(rotatedAt ?? now) + MINUTE', '(rotatedAt ?? now) + 60 * MINUTE'],
      [STATE, 'at + 2 * MINUTE', 'at'],
      [STATE, "kind: 'pending', at: end - HOLD", "kind: 'pending', at: end"],
      [STATE, "kind: 'completed', at: end - grace", "kind: 'completed', at: end"],
      [STATE, 'createdAt === updatedAt : version === 1', 'createdAt === updatedAt : version === 2'],
      [STATE, 'end !== undefined && end > now', 'end !== undefined && end < now'],
      [STATE, 'return rotation.at + grace;', 'return rotation.at;'],
      [STATE, 'storedAt >= rotation.at - CLOCKS', 'storedAt >= rotation.at + CLOCKS'],
      [STATE, 'if (storedAt > updatedAt) return true;', ''],
      [STATE, 'storedAt <= rotatedAt + DELIVERY', 'storedAt <= rotatedAt'],
      [STATE, 'happenedAt >= updatedAt - DELIVERY', 'happenedAt >= updatedAt'],
      [STATE, 'Math.abs(storedAt - updatedAt) <= DELIVERY', 'storedAt <= updatedAt'],
      [FACTS, "if (state.clientSecret === undefined) return 'missing';", ''],
      [FACTS, "stored !== 'unreadable'", "stored !== 'missing'"],
    ],
  },
  {
    name: 'planning',
    tests: ['test/plan'],
    mutations: [
      [RENEWAL, 'Math.min(RENEW_BEFORE, duration.milliseconds / 3)', 'RENEW_BEFORE'],
      [RENEWAL, "if (token.expiresAt <= now) return 'expired';", ''],
      [RENEWAL, 'token.expiresAt - now <= renewBefore', 'token.expiresAt - now >= renewBefore'],
      [
        RENEWAL,
        "durationOf(token, settings).kind === 'forever') return undefined;",
        'false) return undefined;',
      ],
      [RENEWAL, 'settings.duration ?? parseTokenDuration', 'parseTokenDuration'],
    ],
  },
  {
    name: 'rotation and its requests',
    tests: ['test/harness', 'test/faults/matrix'],
    mutations: [
      [
        ROTATE,
        "[...reached.values()].every((how) => how === 'whole')",
        "[...reached.values()].some((how) => how === 'whole')",
      ],
    ],
  },
  {
    name: 'creation and delivery',
    tests: ['test/harness', 'test/faults/matrix'],
    mutations: [
      [DELIVER, 'if (failed !== undefined) throw failed.reason;', ''],
      [DELIVER, 'journal.fail(target, unexpected(error, deps.runner));', ''],
      [CHECK, 'journal.fail(state.target, error);', ''],
    ],
  },
  {
    name: 'two runs',
    tests: ['test/faults/two-runs'],
    mutations: [
      [
        COMPLETE,
        'return version !== token.version || (stands ?? hold) >= hold + REOPENED',
        'return (stands ?? hold) >= hold + REOPENED',
      ],
      [COMPLETE, 'if (version === token.version) return;\n', 'if (version !== undefined) return;\n'],
    ],
  },
  {
    name: 'retry',
    tests: ['test/github', 'test/faults/unreachable', 'test/faults/cancellation'],
    mutations: [
      [BUDGET, 'if (duration > this.left()) throw', 'if (duration < 0) throw'],
      [BUDGET, 'this.#leave(AFTER_CANCEL);', ''],
      [BUDGET, 'SECOND * 2 ** (failures - 1)', 'SECOND * 2 ** (failures + 6)'],
      [CLOCK, 'if (this.#known !== undefined && instant < this.now()) return;', ''],
      [CLOCK, 'if (this.#known === undefined) return this.#time.wall();', 'return this.#time.wall();'],
    ],
  },
];
