import { MINUTE, DAY, HOUR } from '../../src/model/time.ts';
import type { TargetResult } from '../../src/apply/results.ts';
import { Problem } from '../../src/model/problem.ts';
import {
  NOW,
  OPEN,
  ORGANIZATION,
  ROTATE,
  TOKEN,
  delivered,
  environment,
  repository,
  sample,
  type Sample,
} from './parts.ts';

const REFUSED = new Problem(
  'github-refused',
  'GitHub refused to write CF_ACCESS_CLIENT_SECRET to acme/api (403): Resource not accessible by integration.',
  'Give the GitHub App the permission "Secrets: write" and let it be installed on acme/api, then run this again, which repairs it.',
);

export const PARTIAL: Sample = sample('rotated-one-failure', {
  status: 'failed',
  reason: 'secret-due',
  message: REFUSED.message,
  changed: true,
  steps: [ROTATE],
  rotation: OPEN,
  targets: [
    delivered(repository('web')),
    {
      target: repository('api'),
      status: 'failed',
      problem: REFUSED,
      storedAt: NOW - 30 * DAY,
      worksUntil: OPEN.previousSecretExpiresAt,
    },
    delivered(ORGANIZATION),
  ],
  problems: [REFUSED],
  rotateDueAt: NOW + 30 * DAY,
});

const ELSEWHERE = new Problem(
  'rotated-elsewhere',
  'The client secret was rotated elsewhere, the previous one works until 2026-11-22T14:20:05Z (in 8 hours), and no target here has the new one.',
  'List all targets of one token in one step, so that each rotation reaches all of them; or let whoever rotated it write it here too. With force: true it is done all the same.',
);

export const RULE_ERROR: Sample = sample('rule-error', {
  status: 'failed',
  reason: 'rotated-elsewhere',
  message: ELSEWHERE.text,
  rotation: { kind: 'foreign', previousSecretExpiresAt: NOW + 8 * HOUR + 20 * MINUTE },
  targets: [{ target: repository('web'), status: 'skipped', storedAt: NOW - 16 * DAY }],
  problems: [ELSEWHERE],
});

function missing(name: string): Problem {
  return new Problem(
    'environment-not-found',
    `The environment production does not exist in ${name}.`,
    'Create it, or set create-environment: true, and run this again.',
  );
}

export const MANY: Sample = sample('three-hundred-targets', {
  status: 'failed',
  reason: 'forced',
  message: missing('acme/service-7').message,
  changed: true,
  steps: [ROTATE],
  rotation: OPEN,
  targets: Array.from({ length: 300 }, (_, index): TargetResult => {
    const name = `service-${index}`;
    const target = environment(name, 'production');
    if (index % 43 !== 7) return delivered(target, NOW + index * 1_000);
    const problem = missing(`acme/${name}`);
    return { target, status: 'failed', problem, worksUntil: OPEN.previousSecretExpiresAt };
  }),
  problems: [missing('acme/service-7')],
  now: NOW + 5 * MINUTE,
});

export const HOSTILE_NAME =
  'x`|</code><img src=x onerror=alert(1)> @acme/all #12 https://evil.example **b** :tada: $x$';

const HOSTILE_PROBLEM = new Problem(
  'cloudflare-refused',
  `Cloudflare said: ${HOSTILE_NAME}\n# heading\n- [ ] item ![i](https://evil.example/i.png) | cell | <!-- comment`,
  'Ask admin@acme.example, or see https://dash.cloudflare.com/profile/api-tokens.',
);

export const HOSTILE: Sample = sample('hostile-names', {
  status: 'failed',
  reason: 'forced',
  message: `Rotated ${JSON.stringify(HOSTILE_NAME)}.`,
  changed: true,
  token: { ...TOKEN, name: HOSTILE_NAME, duration: 'forever' },
  rotation: { kind: 'completed', at: NOW - 300 * DAY, previousSecretExpiresAt: NOW - 298 * DAY },
  targets: [
    { target: environment('web', 'prod|`a`<b>@acme/x\\|y'), status: 'failed', problem: HOSTILE_PROBLEM },
    delivered(environment('web', '[link](https://evil.example) ```mermaid'), NOW - 300 * DAY),
  ],
  problems: [HOSTILE_PROBLEM],
  warnings: [`1. ${HOSTILE_NAME}`],
  notices: [HOSTILE_NAME],
});
