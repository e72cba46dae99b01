import { ADMISSION } from './parts/admission.ts';
import { COMPLETION } from './parts/completion.ts';
import { CREATION } from './parts/creation.ts';
import { DELIVERY } from './parts/delivery.ts';
import { LEAVE_PENDING } from './parts/leave-pending.ts';
import { MANIFEST } from './parts/manifest.ts';
import { OWNERSHIP } from './parts/ownership.ts';
import { PLANNING } from './parts/planning.ts';
import { RETRY } from './parts/retry.ts';
import { ROTATION } from './parts/rotation.ts';
import { ROTATION_STATE } from './parts/rotation-state.ts';
import { RULES } from './parts/rules.ts';
import { WAIT_BUDGET_AND_CLOCKS } from './parts/wait-budget-and-clocks.ts';
import { WAY_OF_ROTATION } from './parts/way-of-rotation.ts';
import type { Part } from './part.ts';

export const PARTS: readonly Part[] = [
  RULES,
  ROTATION_STATE,
  PLANNING,
  ROTATION,
  CREATION,
  DELIVERY,
  COMPLETION,
  RETRY,
  WAIT_BUDGET_AND_CLOCKS,
  OWNERSHIP,
  WAY_OF_ROTATION,
  LEAVE_PENDING,
  ADMISSION,
  MANIFEST,
];

/** What a defect must survive beside the tests of its part, the cheaper ones first. The stories run `dist/`, so they see none. */
export const ALL: readonly (readonly string[])[] = [
  ['test/faults'],
  [
    'test/model',
    'test/plan',
    'test/observe',
    'test/apply',
    'test/admission',
    'test/cloudflare',
    'test/github',
    'test/access',
    'test/settings',
    'test/report',
    'test/parts',
    'test/harness',
    'test/worlds',
  ],
];
