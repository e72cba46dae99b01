import { listOf, quote, type Spot, type Value } from './complaints.ts';
import { didYouMean } from './suggestions.ts';
import {
  TARGET_KEYS,
  TARGET_KEY_NAMES,
  readTarget,
  type LocatedTarget,
  type TargetDefaults,
  type TargetKey,
  type WrittenTarget,
} from './target-keys.ts';

/** One line of text, where it was written, and how the problem of another line refers to it. */
export interface Line {
  readonly text: string;
  readonly spot: Spot;
  readonly label: string;
}

/** The targets that lines of `key=value` pairs give; `whole` is where the lines stand together. */
export function readTargetLines(
  whole: Spot,
  lines: readonly Line[],
  defaults: TargetDefaults,
): readonly LocatedTarget[] {
  const written = lines.filter(({ text }) => !text.startsWith('#'));
  if (written.length === 0) whole.complain('holds comments alone; accepts at least one target');
  return written.flatMap((line) => {
    const target = parseLine(line);
    return target === undefined ? [] : readTarget(target, defaults);
  });
}

/** Undefined, and noted, if the line cannot be read. */
function parseLine({ text, spot, label }: Line): WrittenTarget | undefined {
  const parsed = parsePairs(text);
  if (!parsed.ok) {
    spot.complain(parsed.sentence);
    return undefined;
  }
  const values = new Map<TargetKey, readonly Value[]>();
  let right = true;
  for (const [name, value] of parsed.pairs) {
    const key = TARGET_KEY_NAMES.find((known) => known === name);
    if (key === undefined || values.has(key)) {
      if (key !== undefined) spot.complain(`the key \`${key}\` stands there twice`);
      else
        spot.refuse(`the key ${quote(name)}${didYouMean(name, TARGET_KEY_NAMES)}`, listOf(TARGET_KEY_NAMES));
      right = false;
    } else {
      values.set(key, valuesOf(key, { text: value, spot: spot.part(key) }));
    }
  }
  return right ? { values, spot, label } : undefined;
}

/** The words of a key that takes several, else the value as it is. */
export function valuesOf(key: TargetKey, value: Value): readonly Value[] {
  if (TARGET_KEYS[key] !== 'words') return [value];
  return value.text.split(/\s+/).map((text) => ({ text, spot: value.spot }));
}

type Pairs =
  | { readonly ok: true; readonly pairs: readonly (readonly [key: string, value: string])[] }
  /** What is wrong, without a period. */
  | { readonly ok: false; readonly sentence: string };

/**
 * Reads `key=value` pairs separated by commas. A value with a comma or a quote in it stands in quotes, as
 * in CSV (RFC 4180, 2.6 and 2.7): `environment="Europe, ""west"""`.
 */
export function parsePairs(line: string): Pairs {
  const pair = /([^=,"]*)(?:=\s*(?:"((?:[^"]|"")*)"\s*|([^,"]*)))?(,|$)/y;
  const pairs: (readonly [string, string])[] = [];
  for (;;) {
    const match = pair.exec(line);
    if (match === null) return { ok: false, sentence: 'a quote stands where none can' };
    const [whole, left = '', quoted, plain = '', end] = match;
    const key = left.trim();
    const value = (quoted?.replaceAll('""', '"') ?? plain).trim();
    if (key === '' && value === '') return { ok: false, sentence: 'a comma has no pair beside it' };
    if (key === '') return { ok: false, sentence: `the value ${quote(value)} has no key` };
    if (value === '') return { ok: false, sentence: missingValue(key, whole.includes('='), pairs.at(-1)) };
    pairs.push([key, value]);
    if (end === '') return { ok: true, pairs };
  }
}

function missingValue(
  word: string,
  hasEquals: boolean,
  before: readonly [key: string, value: string] | undefined,
): string {
  const [key, value = ''] = before ?? [];
  if (hasEquals || (key !== 'repositories' && key !== 'app')) return `the key ${quote(word)} has no value`;
  return `got ${quote(word)} after a comma; the words of \`${key}\` are separated by spaces: ${quote(`${key}=${value} ${word}`)}`;
}
