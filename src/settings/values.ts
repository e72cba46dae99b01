import type { Inputs } from './inputs.ts';
import { quote } from './quoting.ts';

type BooleanInput = 'force' | 'create-environment' | 'output-client-secret' | 'dry-run';

export function readBoolean(inputs: Inputs, name: BooleanInput): boolean {
  const text = inputs.value(name);
  const value = text.toLowerCase();
  if (value !== 'true' && value !== 'false') inputs.refuse(name, quote(text), '`true` or `false`');
  return value === 'true';
}

/** One of a few words; undefined, and noted, where it is none of them. */
export function readOneOf<T extends string>(
  inputs: Inputs,
  name: 'operation',
  words: readonly T[],
): T | undefined {
  const text = inputs.value(name);
  const word = words.find((known) => known === text);
  if (word === undefined) inputs.refuse(name, quote(text), listOf(words));
  return word;
}

/** `a`, `b` or `c` */
export function listOf(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].filter((part) => part !== '').join(' or ');
}
