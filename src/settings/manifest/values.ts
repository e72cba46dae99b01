import { listOf, quote, type Spot, type Value } from '../complaints.ts';
import { INPUT_NAMES } from '../inputs.ts';
import { didYouMean } from '../suggestions.ts';
import { ENTRY_KEYS, ENTRY_KEY_NAMES, keyOf, type EntryKey } from './keys.ts';
import type { ManifestText, MapEntry, Tree } from './tree.ts';

/** The values of a map by its known keys; every other key is noted. Undefined, and noted, if it is no map. */
export function readMap<K extends string>(
  manifest: ManifestText,
  tree: Tree,
  name: string,
  known: readonly K[],
): ReadonlyMap<K, Tree> | undefined {
  if (tree.kind !== 'map') {
    manifest.spot(tree.at, name).refuse(shownKind(tree), `a map with the keys ${listOf(known)}`);
    return undefined;
  }
  const values = new Map<K, Tree>();
  for (const entry of tree.entries) {
    const key = known.find((word) => word === entry.key);
    if (key === undefined) refuseKey(manifest, entry, name, known);
    else values.set(key, entry.value);
  }
  return values;
}

function refuseKey(
  manifest: ManifestText,
  { key, at }: MapEntry,
  name: string,
  known: readonly string[],
): void {
  const spot = manifest.spot(at, name);
  const input = INPUT_NAMES.find((word) => word === key);
  const meant = input && keyOf(input);
  if (ENTRY_KEY_NAMES.some((word) => word === key)) {
    spot.refuse(`the key ${quote(key)}, which only entries have`, listOf(known));
  } else if (meant !== undefined && known.includes(meant)) {
    spot.refuse(`the key ${quote(key)} (did you mean \`${meant}\`?)`, listOf(known));
  } else if (input !== undefined) {
    spot.refuse(`the key ${quote(key)}, which is an input of the step`, `only ${listOf(known)}`);
  } else {
    spot.refuse(`the key ${quote(key)}${didYouMean(key, known)}`, listOf(known));
  }
}

/** Text that is not empty, trimmed. Undefined, and noted, for anything else. */
export function readText(
  manifest: ManifestText,
  tree: Tree,
  name: string,
  accepts: string,
): Value | undefined {
  const spot = manifest.spot(tree.at, name);
  if (tree.kind === 'text' && tree.text.trim() !== '') return { text: tree.text.trim(), spot };
  if (tree.kind === 'number' || tree.kind === 'boolean') {
    const remedy = tree.kind === 'number' && accepts.includes('unit') ? '' : ', in quotes if it is meant';
    spot.refuse(shownKind(tree), `${accepts}${remedy}`);
  } else {
    spot.refuse(shownKind(tree), accepts);
  }
  return undefined;
}

/** What an entry has at a key that takes one text. */
export function readScalar(manifest: ManifestText, tree: Tree, key: EntryKey): Value | undefined {
  const { accepts, takes } = ENTRY_KEYS[key];
  if (takes !== 'boolean') return readText(manifest, tree, key, accepts);
  const spot = manifest.spot(tree.at, key);
  if (tree.kind === 'boolean') return { text: tree.text, spot };
  spot.refuse(shownKind(tree), `${accepts}, without quotes`);
  return undefined;
}

/** The items of a list, or the one value that stands for it. Empty, and noted, for an empty list. */
export function itemsOf(tree: Tree, spot: Spot, accepts: string): readonly Tree[] {
  if (tree.kind !== 'list') return [tree];
  if (tree.items.length === 0) spot.refuse('an empty list', accepts);
  return tree.items;
}

/** How a value of the wrong kind is named. */
export function shownKind(tree: Tree): string {
  switch (tree.kind) {
    case 'map':
      return 'a map';
    case 'list':
      return 'a list';
    case 'text':
      return tree.text.trim() === '' ? 'nothing' : `the text ${quote(tree.text)}`;
    case 'number':
      return `the number ${quote(tree.text).slice(1, -1)}`;
    case 'boolean':
      return tree.text;
    case 'nothing':
      return 'nothing';
  }
}
