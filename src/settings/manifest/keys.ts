import type { InputName } from '../inputs.ts';

/** What a key of an entry takes. */
export type Takes = 'text' | 'duration' | 'boolean' | 'admissions' | 'targets';

interface KeyTraits {
  /** The input of the same meaning. */
  readonly input: InputName;
  readonly takes: Takes;
  /** Whether `defaults` has it too. */
  readonly inDefaults: boolean;
  /** What is right, for a problem. */
  readonly accepts: string;
}

const TRAITS = {
  name: {
    input: 'token-name',
    takes: 'text',
    inDefaults: false,
    accepts: 'the exact name of a service token',
  },
  id: { input: 'token-id', takes: 'text', inDefaults: false, accepts: 'the UUID of a service token' },
  duration: {
    input: 'duration',
    takes: 'duration',
    inDefaults: true,
    accepts: 'a duration with its unit, such as `90d`, or `forever`',
  },
  'rotate-after': {
    input: 'rotate-after',
    takes: 'duration',
    inDefaults: true,
    accepts: 'a duration with its unit, such as `30d` or `0s`, or `never`',
  },
  'renew-before': {
    input: 'renew-before',
    takes: 'duration',
    inDefaults: true,
    accepts: 'a duration with its unit, such as `30d`',
  },
  'grace-period': {
    input: 'grace-period',
    takes: 'duration',
    inDefaults: true,
    accepts: 'a duration with its unit, such as `36h` or `0s`',
  },
  adopt: { input: 'adopt', takes: 'boolean', inDefaults: true, accepts: '`true` or `false`' },
  'admit-to': {
    input: 'admit-to',
    takes: 'admissions',
    inDefaults: true,
    accepts: 'a list with `application` or `policy` in each item, or the lines of the input',
  },
  targets: {
    input: 'targets',
    takes: 'targets',
    inDefaults: false,
    accepts: 'a list of targets, or the lines of the input',
  },
  'create-environment': {
    input: 'create-environment',
    takes: 'boolean',
    inDefaults: true,
    accepts: '`true` or `false`',
  },
  'client-id-name': { input: 'client-id-name', takes: 'text', inDefaults: true, accepts: 'a name in text' },
  'client-secret-name': {
    input: 'client-secret-name',
    takes: 'text',
    inDefaults: true,
    accepts: 'a name in text',
  },
  'client-id-kind': {
    input: 'client-id-kind',
    takes: 'text',
    inDefaults: true,
    accepts: '`secret` or `variable`',
  },
  'verify-url': { input: 'verify-url', takes: 'text', inDefaults: true, accepts: 'an https URL' },
  'verify-timeout': {
    input: 'verify-timeout',
    takes: 'duration',
    inDefaults: true,
    accepts: 'a duration with its unit, such as `120s`',
  },
} as const satisfies Record<string, KeyTraits>;

/** A key of an entry of the manifest. */
export type EntryKey = keyof typeof TRAITS;

/** The one table of the keys of an entry: the reader, the JSON Schema and the inputs follow it. */
export const ENTRY_KEYS: Readonly<Record<EntryKey, KeyTraits>> = TRAITS;
export const ENTRY_KEY_NAMES = Object.keys(TRAITS).filter((key): key is EntryKey => key in TRAITS);
export const DEFAULT_KEY_NAMES = ENTRY_KEY_NAMES.filter((key) => TRAITS[key].inDefaults);
export const TOP_KEYS = ['defaults', 'tokens'] as const;

/** The key that has the meaning of an input; undefined if none has. */
export function keyOf(input: InputName): EntryKey | undefined {
  return ENTRY_KEY_NAMES.find((key) => TRAITS[key].input === input);
}
