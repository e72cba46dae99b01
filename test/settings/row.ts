import type { Given, StepSettings } from './step.ts';

/** What is right and what is wrong for one input. */
export interface Row {
  /** What else the step needs for the input to make sense. */
  readonly beside?: Given;
  /** Values that are right, each with what it makes of the settings. */
  readonly good: readonly (readonly [
    value: string,
    read: (settings: StepSettings) => unknown,
    as: unknown,
  ])[];
  readonly bad: readonly string[];
  /** The start of what is said of an empty one; undefined where that is the same as none. */
  readonly empty?: string;
}

export const booleans = (read: (settings: StepSettings) => boolean, beside: Given = {}): Row => ({
  beside,
  good: [
    ['true', read, true],
    ['True', read, true],
    ['TRUE', read, true],
    ['false', read, false],
    ['False', read, false],
    ['FALSE', read, false],
    [' true\n', read, true],
  ],
  bad: ['yes', 'no', 'on', '1', '0', 't', 'true false', 'null'],
});

export const badDurations = ['x', '1', '-1h', '1w', '1 h', '2562048h', 'forever'];
export const badUrls = [
  ...['example.com', 'ftp://example.com', 'http://example.com', 'https:/example.com', 'https:example.com'],
  ...['https:\\\\example.com', 'https://', 'https://exa mple.com', 'https://example.com/\nx', 'javascript:1'],
  ...[
    'https://user@example.com',
    'https://user:pass@example.com',
    'https://@example.com',
    'https://:@example.com',
  ],
  ...['http://127.0.0.1.example.com', 'http://localhost.example.com', 'http://128.0.0.1', 'http://[::2]'],
];
export const badApiUrls = [
  ...badUrls,
  'https://example.com?x=1',
  'https://example.com/#x',
  'https://example.com?',
];
export const apiUrls = (read: (settings: StepSettings) => string): Row['good'] => [
  ['https://api.example.com', read, 'https://api.example.com'],
  ['https://api.example.com/v4///', read, 'https://api.example.com/v4'],
  ['HTTPS://API.example.com:8443/V4', read, 'https://api.example.com:8443/V4'],
  ['http://127.0.0.1:8080/', read, 'http://127.0.0.1:8080'],
  ['http://127.1.2.3', read, 'http://127.1.2.3'],
  ['http://[::1]:8080/v4', read, 'http://[::1]:8080/v4'],
  ['http://localhost:1', read, 'http://localhost:1'],
];
