/** One deliberate defect: in this file, the one place that has this text gets another. */
export type Mutation = readonly [file: string, text: string, replacement: string];

/** Defects of one part of the code, and the cheapest tests that have to notice each of them, the cheaper ones first. */
export interface Part {
  readonly name: string;
  readonly tests: readonly string[];
  readonly mutations: readonly Mutation[];
}

const RULES = 'src/plan/rules.ts';
const PLAN = 'src/plan/plan.ts';
const RENEWAL = 'src/plan/renewal.ts';
const FACTS = 'src/observe/facts.ts';
const STATE = 'src/observe/rotation-state.ts';
const SWAP = 'src/cloudflare/compare-and-set.ts';
const API = 'src/cloudflare/api.ts';
const MINT = 'src/apply/mint.ts';
const CREATE = 'src/apply/create.ts';
const ROTATE = 'src/apply/rotate.ts';
const COMPLETE = 'src/apply/complete.ts';
const DELIVER = 'src/apply/deliver.ts';
const CHECK = 'src/apply/write-check.ts';
const SENDING = 'src/github/delivery.ts';
const BUDGET = 'src/http/wait-budget.ts';
const CLOCK = 'src/http/service-clock.ts';

export const PARTS: readonly Part[] = [
  {
    name: 'rules',
    tests: ['test/rules'],
    mutations: [
      [RULES, "snapshot.lookup.kind === 'ambiguous',", 'false,'],
      [RULES, 'settings.tokenId !== undefined && token === undefined', 'settings.tokenId !== undefined'],
      [RULES, "facts.token === undefined && targetsThatAre(facts, 'outdated').length > 0", 'false'],
      [RULES, 'token?.enabled === false', 'token?.enabled === true'],
      [RULES, '({ settings }) => settings.force', '() => false'],
      [
        RULES,
        "facts.rotation?.kind === 'pending' && all(facts.targets, 'up-to-date')",
        "all(facts.targets, 'up-to-date')",
      ],
      [RULES, "({ rotation }) => rotation?.kind === 'pending'", '() => false'],
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
      [RULES, "applies: (facts) => targetsThatAre(facts, 'missing').length > 0", 'applies: () => false'],
      [RULES, "applies: (facts) => targetsThatAre(facts, 'outdated').length > 0", 'applies: () => false'],
      [
        RULES,
        'facts.snapshot.githubNow - oldest >= rotateAfter',
        'facts.snapshot.githubNow - oldest > rotateAfter',
      ],
      [RULES, '!(force && candidate.passedByForce) && candidate.applies(facts)', 'candidate.applies(facts)'],
      [RULES, 'Math.min(...stored)', 'Math.max(...stored)'],
    ],
  },
  {
    name: 'rotation state',
    tests: ['test/rules'],
    mutations: [
      [STATE, 'PENDING_SECOND = 43', 'PENDING_SECOND = 44'],
      [STATE, 'COMPLETED_SECOND = 17', 'COMPLETED_SECOND = 18'],
      [STATE, 'DELIVERY: Milliseconds = 60 * MINUTE', 'DELIVERY: Milliseconds = 600 * MINUTE'],
      [STATE, 'CLOCKS: Milliseconds = MINUTE', 'CLOCKS: Milliseconds = 0 * MINUTE'],
      [STATE, 'firstAt(rotatedAt + HOLD, PENDING_SECOND)', 'lastAt(rotatedAt + HOLD, PENDING_SECOND)'],
      [STATE, 'if (grace === 0) return', 'if (grace < 0) return'],
      [STATE, 'end <= stands ? end :', 'end > 0 ? end :'],
      [STATE, '(rotatedAt ?? now) + MINUTE', '(rotatedAt ?? now) + 60 * MINUTE'],
      [STATE, 'at + 2 * MINUTE', 'at'],
      [STATE, "kind: 'pending', at: end - HOLD", "kind: 'pending', at: end"],
      [STATE, "kind: 'completed', at: end - grace", "kind: 'completed', at: end"],
      [STATE, 'secondOf(end) === 0', 'secondOf(end) < 0'],
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
    tests: ['test/rules'],
    mutations: [
      [PLAN, '!waited && facts.now < until', 'facts.now < until'],
      [
        PLAN,
        "steps.push({ kind: 'rotate', recovering: true });",
        "steps.push({ kind: 'rotate', recovering: false });",
      ],
      [PLAN, "if (rule.plan === 'close') steps", "if (rule.plan === 'nothing') steps"],
      [PLAN, 'behind.length > 0 && !settings.force', 'behind.length > 0 && settings.force'],
      [PLAN, 'end === undefined || end <= facts.now', 'end === undefined'],
      [PLAN, 'touches && hidden.length > 0 && !facts.settings.force', 'touches && hidden.length > 9'],
      [
        PLAN,
        "if (touches) steps.push({ kind: 'delete-secrets' });",
        "steps.push({ kind: 'delete-secrets' });",
      ],
      [PLAN, 'state.clientId === undefined && current.has(state.target)', 'state.clientId === undefined'],
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
        SWAP,
        "if (minted.kind === 'minted') return rotated(token, minted, end);\n    if (minted.kind === 'withheld') {\n      // Without",
        "if (minted.kind === 'withheld') {\n      // Without",
      ],
      [SWAP, "if (seen !== 'unchanged') return", "if (seen === 'concurrent') return"],
      [SWAP, "if (compare(token, read, end) !== 'unchanged') return", 'if (token.version === -1) return'],
      [SWAP, "if (after.version === before.version) return 'unchanged';", ''],
      [
        MINT,
        'return recovering ? recover(token, context) : rotateOrRecover(token, context);',
        'return rotateOrRecover(token, context);',
      ],
      [MINT, 'const hold = pendingMark(rotationMoment(at, stored));', 'const hold = at;'],
      [
        MINT,
        "if (second.kind !== 'rotated') throw secretLost(recovery, context);",
        "if (second.kind !== 'rotated') throw concurrentRun();",
      ],
      [ROTATE, 'own.recovery === undefined ? await', 'own.recovery !== undefined ? await'],
      [
        ROTATE,
        "const writable = await proveTargets(context, recovering ? targetsThatAre(facts, 'outdated') : []);",
        "const writable = facts.snapshot.targets.filter((state) => state.kind === 'readable');",
      ],
      [
        ROTATE,
        "[...reached.values()].every((how) => how === 'whole')",
        "[...reached.values()].some((how) => how === 'whole')",
      ],
      [COMPLETE, 'if (delivered.everywhere && delivered.verified) await', 'if (delivered.verified) await'],
      [
        COMPLETE,
        'const end = completedMark(rotatedAt, settings.gracePeriod, services.tokens.now(), stands);',
        'const end = services.tokens.now();',
      ],
      [
        API,
        "if (status >= 500 || status === 408) return { kind: 'lost'",
        "if (status >= 600) return { kind: 'lost'",
      ],
      [API, "if (body['success'] === false) {", "if (body['success'] === 0) {"],
      [
        API,
        'if (accepted !== undefined) return accepted;',
        'if (accepted !== undefined && failures > 1) return accepted;',
      ],
      [API, 'if (!this.#answered && failures >= MOST_FAILURES_AT_FIRST)', 'if (failures < 0)'],
      [API, 'LIMIT_WITHOUT_END * limits', 'LIMIT_WITHOUT_END * 0'],
    ],
  },
  {
    name: 'creation and delivery',
    tests: ['test/harness', 'test/faults/matrix'],
    mutations: [
      [CREATE, 'if (await reachedNothing(reached, context)) {', 'if (reached.size === 0) {'],
      [
        CREATE,
        'if (created.adopted === undefined) await deleteAgain(created.token, context);\n    throw error;',
        'throw error;',
      ],
      [CREATE, '(token.createdAt ?? since) >= since', 'token.createdAt === since'],
      [CREATE, 'await services.tokens.delete(token.id);', ''],
      [
        DELIVER,
        'await writeSecret();\n      secretWritten = true;\n      await writeId();',
        'await writeSecret();\n      secretWritten = true;',
      ],
      [
        DELIVER,
        'await writeSecret();\n      secretWritten = true;\n      await writeId();',
        'await writeId();\n      secretWritten = true;',
      ],
      [DELIVER, 'if (failed !== undefined) throw failed.reason;', ''],
      [DELIVER, 'journal.fail(target, unexpected(error, deps.runner));', ''],
      [CHECK, 'if (!settings.force) refuse(context);', ''],
      [CHECK, 'journal.fail(state.target, error);', ''],
    ],
  },
  {
    name: 'two runs',
    tests: ['test/faults/two-runs'],
    mutations: [
      [
        SWAP,
        "failures > 0 && hasEnd(minted.token, end) ? 'lost'",
        "hasEnd(minted.token, end) ? 'concurrent'",
      ],
      [SWAP, 'read.version === token.version + 1 && hasEnd(read, end) ? undefined : read', 'undefined'],
      [MINT, "if (first.kind === 'concurrent') throw concurrentRun();", ''],
      [MINT, 'await demandUntouched(token, context);', ''],
      [
        COMPLETE,
        'version !== own.token.version || stands >= own.hold + REOPENED',
        'stands >= own.hold + REOPENED',
      ],
      [COMPLETE, 'if (delivered.written) await reopen(read, context);', ''],
      [COMPLETE, 'if (version === token.version) return;\n', 'if (version !== undefined) return;\n'],
      [CREATE, 'if (await isFirst(created.token, context)) {', 'if (created.token.id !== "") {'],
      [CREATE, 'await confirm(created.token, context);', ''],
    ],
  },
  {
    name: 'retry',
    tests: ['test/github', 'test/faults/unreachable', 'test/faults/cancellation'],
    mutations: [
      [SENDING, 'PUT: [201, 204],', 'PUT: [201],'],
      [SENDING, 'losses > 0 && options.method', 'losses < 0 && options.method'],
      [SENDING, 'credential.gate.close(verdict.wait, verdict.because);', ''],
      [SENDING, 'if (verdict.secondary) this.#pacing.slowDown();', ''],
      [SENDING, 'renewals < MOST_RENEWALS', 'renewals < 0'],
      [SENDING, '(await sending.stillWanted?.()) === false', '(await sending.stillWanted?.()) === undefined'],
      [SENDING, 'losses >= most ||', ''],
      [BUDGET, 'if (duration > this.left()) throw', 'if (duration < 0) throw'],
      [BUDGET, 'this.#leave(AFTER_CANCEL);', ''],
      [BUDGET, 'SECOND * 2 ** (failures - 1)', 'SECOND * 2 ** (failures + 6)'],
      [CLOCK, 'if (this.#known !== undefined && instant < this.now()) return;', ''],
      [CLOCK, 'if (this.#known === undefined) return this.#time.wall();', 'return this.#time.wall();'],
    ],
  },
];
