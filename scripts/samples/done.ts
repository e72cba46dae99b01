import { completedMark, pendingMark } from '../../src/observe/rotation-state.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import {
  CLOSED,
  GRACE,
  NOW,
  ROTATE,
  TOKEN,
  delivered,
  environment,
  repository,
  sample,
  type Sample,
} from './parts.ts';

export const CREATED: Sample = sample('created', {
  status: 'created',
  reason: 'token-missing',
  message:
    'Created the service token "deploy-web", since there was none of that name, and delivered it to acme/web.',
  changed: true,
  steps: [{ kind: 'create' }],
  token: { ...TOKEN, createdAt: NOW, expiresAt: NOW + 365 * DAY, version: 1, lastSeenAt: undefined },
  rotation: { kind: 'never', at: NOW },
  targets: [delivered(repository('web'))],
  rotateDueAt: NOW + 30 * DAY,
  notices: ['No Access policy admits the new token yet: add it to a Service Auth policy of the application.'],
});

export const ROTATED: Sample = sample(
  'rotated-three-targets',
  {
    status: 'rotated',
    reason: 'secret-due',
    message:
      'Rotated the client secret, since the stored one was 30 days old, and delivered it to 3 targets.',
    changed: true,
    steps: [ROTATE],
    rotation: CLOSED,
    targets: [
      delivered(repository('web')),
      delivered(repository('web', 'dependabot'), NOW + 5_000),
      delivered(environment('api', 'production'), NOW + 5_000),
    ],
    rotateDueAt: NOW + 30 * DAY,
  },
  { verifyUrl: 'https://internal.acme.example/health' },
);

export const REPAIRED: Sample = sample('repaired', {
  status: 'repaired',
  reason: 'rotation-pending',
  message: 'Closed the last rotation: every target has the new secret, but it was left open.',
  changed: true,
  steps: [{ kind: 'close' }],
  rotation: {
    kind: 'completed',
    at: NOW - 26 * HOUR,
    previousSecretExpiresAt: completedMark(NOW - 26 * HOUR, GRACE, NOW, pendingMark(NOW)),
  },
  targets: [
    { target: repository('web'), status: 'unchanged', storedAt: NOW - 26 * HOUR },
    { target: repository('api'), status: 'unchanged', storedAt: NOW - 26 * HOUR },
  ],
  rotateDueAt: NOW + 4 * DAY,
});

export const GRACE_RUNNING: Sample = sample('grace-running', {
  reason: 'grace-running',
  message:
    'Nothing was done, since the previous secret works until 2026-11-22T20:01:17Z (in 14 hours), and a rotation before that would cut off whoever still holds it.',
  rotation: {
    kind: 'completed',
    at: NOW - 22 * HOUR,
    previousSecretExpiresAt: completedMark(NOW - 22 * HOUR, GRACE, NOW, pendingMark(NOW)),
  },
  targets: [{ target: repository('web'), status: 'unchanged', storedAt: NOW - 22 * HOUR }],
  rotateDueAt: NOW + 14 * HOUR,
});

export const RENEWED: Sample = sample('renewed', {
  status: 'renewed',
  reason: 'expires-soon',
  message: 'Renewed the token, since it would have expired in 12 days.',
  changed: true,
  steps: [
    {
      kind: 'renew',
      reason: 'expires-soon',
      duration: { kind: 'span', milliseconds: 90 * DAY, text: '2160h' },
    },
  ],
  token: { ...TOKEN, expiresAt: NOW + 90 * DAY, duration: '2160h' },
  rotation: { kind: 'completed', at: NOW - 18 * DAY, previousSecretExpiresAt: NOW - 18 * DAY + GRACE },
  targets: [{ target: repository('web'), status: 'unchanged', storedAt: NOW - 18 * DAY }],
  rotateDueAt: NOW + 12 * DAY,
});

export const LEASED: Sample = sample(
  'leased',
  {
    status: 'leased',
    reason: 'lease-asked',
    message: 'Created a service token for this job; it is deleted when the job ends.',
    changed: true,
    steps: [{ kind: 'lease' }],
    token: {
      ...TOKEN,
      name: 'preview-1234567890-1-test-9f3a7c',
      createdAt: NOW,
      expiresAt: NOW + HOUR,
      duration: '1h',
      version: 1,
    },
    rotation: { kind: 'never', at: NOW },
  },
  { operation: 'lease', tokenName: 'preview' },
);

export const DELETED: Sample = sample(
  'deleted',
  {
    status: 'deleted',
    reason: 'delete-asked',
    message: 'Deleted the service token "deploy-web", and both secrets in 2 targets.',
    changed: true,
    steps: [{ kind: 'delete-token' }, { kind: 'delete-secrets' }],
    token: undefined,
    targets: [
      { target: repository('web'), status: 'deleted' },
      { target: environment('api', 'production'), status: 'deleted' },
    ],
  },
  { operation: 'delete' },
);

export const REVOKED: Sample = sample(
  'revoked',
  {
    status: 'revoked',
    reason: 'revoke-asked',
    message: 'Ended the previous client secret, which would have worked for another 14 hours.',
    changed: true,
    steps: [{ kind: 'revoke' }],
    token: { ...TOKEN, expiresAt: undefined },
    rotation: { kind: 'completed', at: NOW - 22 * HOUR, previousSecretExpiresAt: NOW },
    targets: [{ target: repository('web'), status: 'unchanged', storedAt: NOW - 22 * HOUR }],
  },
  { operation: 'revoke' },
);
