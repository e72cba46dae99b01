import * as done from './done.ts';
import * as failed from './failed.ts';
import type { Sample } from './parts.ts';
import * as planned from './planned.ts';

/** Outcomes of every kind, for whoever wants to see what a summary looks like. */
export const SAMPLES: readonly Sample[] = [
  done.CREATED,
  done.ROTATED,
  failed.PARTIAL,
  done.REPAIRED,
  done.GRACE_RUNNING,
  done.RENEWED,
  planned.DRY_RUN,
  planned.CHECK_DUE,
  planned.CHECK_EXPIRED,
  planned.ACCOUNT,
  done.LEASED,
  done.REVOKED,
  done.DELETED,
  failed.RULE_ERROR,
  failed.MANY,
  failed.HOSTILE,
];
