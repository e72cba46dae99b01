import { DAY, HOUR, MINUTE, SECOND } from '../../src/model/time.ts';
import type { InputName } from '../../src/settings/inputs.ts';
import { badDurations, badUrls, booleans, type Row } from './row.ts';

/** What is to be done, when, and how long it may take. */
export const RUN_ROWS = {
  operation: {
    good: ['rotate', 'renew', 'check', 'revoke', 'delete', 'lease', 'complete'].map((name) => [
      name,
      (s) => s.operation,
      name,
    ]),
    bad: ['rotat', 'Rotate', 'create', 'rotate,check'],
  },
  duration: {
    good: [
      ['forever', (s) => s.duration, { kind: 'forever' }],
      ['30d', (s) => s.duration, { kind: 'span', milliseconds: 30 * DAY, text: '720h' }],
      ['90m', (s) => s.duration, { kind: 'span', milliseconds: 90 * MINUTE, text: '1h30m' }],
    ],
    bad: ['0', '0s', 'never', 'Forever', '-1h', '1w', '1y', '2562048h'],
  },
  'rotate-after': {
    good: [
      ['never', (s) => s.rotateAfter, 'never'],
      ['30d', (s) => s.rotateAfter, 30 * DAY],
      ['0s', (s) => s.rotateAfter, 0],
    ],
    bad: [...badDurations, 'Never'],
  },
  'renew-before': {
    good: [
      ['7d', (s) => s.renewBefore, 7 * DAY],
      ['0', (s) => s.renewBefore, 0],
    ],
    bad: [...badDurations, 'never'],
  },
  'grace-period': {
    good: [
      ['0s', (s) => s.gracePeriod, 0],
      ['30d', (s) => s.gracePeriod, 30 * DAY],
      ['90m', (s) => s.gracePeriod, 90 * MINUTE],
    ],
    bad: [...badDurations, '30d1ns', '31d', 'never'],
  },
  force: booleans((s) => s.force),
  'leave-pending': booleans((s) => s.leavePending),
  'secret-version': {
    beside: { operation: 'complete' },
    good: [
      ['7', (s) => s.secretVersion, 7],
      ['12', (s) => s.secretVersion, 12],
    ],
    bad: ['0', '-1', '1.5', '07', 'v7', '1e3', '9'.repeat(10)],
  },
  'verify-url': {
    good: [
      ['https://app.example.com', (s) => s.verifyUrl, 'https://app.example.com/'],
      [
        'https://app.example.com/health?full=1#top',
        (s) => s.verifyUrl,
        'https://app.example.com/health?full=1',
      ],
      ['http://127.0.0.1:8080/x', (s) => s.verifyUrl, 'http://127.0.0.1:8080/x'],
    ],
    bad: badUrls,
  },
  'verify-timeout': {
    good: [
      ['90s', (s) => s.verifyTimeout, 90 * SECOND],
      ['1ns', (s) => s.verifyTimeout, 1],
    ],
    bad: [...badDurations, '0s', '121h'],
  },
  'output-client-secret': booleans((s) => s.outputClientSecret),
  'request-timeout': {
    good: [
      ['10s', (s) => s.requestTimeout, 10 * SECOND],
      ['5d', (s) => s.requestTimeout, 5 * DAY],
    ],
    bad: [...badDurations, '0', '121h'],
  },
  'max-wait': {
    good: [
      ['2h', (s) => s.maxWait, 2 * HOUR],
      ['0s', (s) => s.maxWait, 0],
    ],
    bad: [...badDurations, '121h'],
  },
  'dry-run': booleans((s) => s.dryRun),
} satisfies Partial<Record<InputName, Row>>;
