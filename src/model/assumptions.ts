import type { Assumption } from './assumptions/assumption.ts';
import { GITHUB_ASSUMPTIONS } from './assumptions/github.ts';
import { LIST_AND_ERROR_ASSUMPTIONS } from './assumptions/lists-and-errors.ts';
import { POLICY_ASSUMPTIONS } from './assumptions/policies.ts';
import { SERVICE_TOKEN_ASSUMPTIONS } from './assumptions/service-tokens.ts';

/**
 * Every fact about Cloudflare and GitHub that the code depends on and that nobody has proven. No code of a run imports
 * this: code refers to an entry in a comment, `// assumption: <id>`. `npm run conformance` tries them on real accounts.
 */
export const ASSUMPTIONS = [
  ...SERVICE_TOKEN_ASSUMPTIONS,
  ...LIST_AND_ERROR_ASSUMPTIONS,
  ...POLICY_ASSUMPTIONS,
  ...GITHUB_ASSUMPTIONS,
] as const satisfies readonly Assumption[];

export type AssumptionId = (typeof ASSUMPTIONS)[number]['id'];
