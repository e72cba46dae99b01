import { quote } from './quoting.ts';

export type Pairs =
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
    const [, left = '', quoted, plain = '', end] = match;
    const key = left.trim();
    const value = (quoted?.replaceAll('""', '"') ?? plain).trim();
    if (key === '' && value === '') return { ok: false, sentence: 'a comma has no pair beside it' };
    if (key === '') return { ok: false, sentence: `the value ${quote(value)} has no key` };
    if (value === '') return { ok: false, sentence: `the key ${quote(key)} has no value` };
    pairs.push([key, value]);
    if (end === '') return { ok: true, pairs };
  }
}
