import type { Part } from '../part.ts';

export const ADMISSION: Part = {
  name: 'admission',
  isNew: true,
  tests: ['test/admission'],
  mutations: [
    [
      'a token is rotated although `admit-to` cannot be used',
      'src/plan/rotation.ts',
      'if (refused !== undefined && canWait) return refusedBy(refused);',
      '',
    ],
    [
      'a token is admitted where everybody bypasses Access',
      'src/observe/admission-states.ts',
      'if (bypass !== undefined)\n    return',
      'if (bypass === null)\n    return',
    ],
    [
      'an Allow policy counts as admitting a token',
      'src/observe/admission-states.ts',
      "if (malformed || decision !== SERVICE_AUTH) return 'no';",
      "if (malformed) return 'no';",
    ],
    [
      'a policy with conditions counts as admitting without any',
      'src/observe/admission-states.ts',
      "exclude.length > 0 || require.some((rule) => !named(rule)) ? 'limited' : 'yes'",
      "'yes'",
    ],
    [
      'a token is taken out of a policy whose only rule it is',
      'src/observe/admission-states.ts',
      'others.length === 0 ? { stays: lastRule(what) } : {}',
      '{}',
    ],
    [
      'an own policy is created beside one that is there',
      'src/apply/own-policies.ts',
      'if (lookFirst && (await reduced(policies, place, token.id)) > 0) return false;',
      '',
    ],
    [
      'a policy whose creation was not answered is created again',
      'src/apply/own-policies.ts',
      'if (await exists(policies, place, token.id)) return { mayBeDoubled: true };\n    if (attempts',
      'if (attempts',
    ],
    [
      'a policy that two runs created stays twice',
      'src/apply/own-policies.ts',
      'if (lookFirst || mayBeDoubled) await reduced(policies, place, token.id);',
      '',
    ],
    [
      'a policy that a person made passes for the action’s own',
      'src/cloudflare/own-policy.ts',
      'return name.endsWith(` (${id})`) ? id : undefined;',
      'return id;',
    ],
    [
      'a withdrawal that fails halfway is not undone',
      'src/apply/admit.ts',
      'await restore(admissions.slice(0, index), token, context);',
      '',
    ],
    [
      'a token that cannot be deleted stays withdrawn',
      'src/apply/retire.ts',
      'if (await mayExist(token.id, services)) await restore(admissions, token, context);',
      '',
    ],
    [
      'a token that another policy includes is withdrawn before the deletion fails',
      'src/plan/admission.ts',
      'if (others.length === 0) return undefined;',
      'return undefined;',
    ],
    [
      'a deletion does not wait until Cloudflare forgets the policy',
      'src/apply/retire.ts',
      'admissions.length === 0 ? [] : REFERENCE_LAG',
      '[]',
    ],
    [
      'a failed line of `admit-to` does not fail the run',
      'src/apply/admit.ts',
      'journal.problems.push(problem);',
      '',
    ],
  ],
};
