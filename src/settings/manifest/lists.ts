import {
  ADMISSION_KINDS,
  readAdmission,
  readAdmissionLines,
  withoutRepeated,
  type LocatedAdmission,
} from '../admission.ts';
import type { Value } from '../complaints.ts';
import { linesOf } from '../inputs.ts';
import { readTargetLines, valuesOf, type Line } from '../target-lines.ts';
import {
  TARGET_KEYS,
  TARGET_KEY_NAMES,
  readTarget,
  type LocatedTarget,
  type TargetDefaults,
  type TargetKey,
} from '../target-keys.ts';
import { ENTRY_KEYS } from './keys.ts';
import type { ManifestText, Tree } from './tree.ts';
import { itemsOf, readMap, readText, shownKind } from './values.ts';

/** The value of `targets`: a list of objects, or the lines of the input. */
export function readTargetList(
  manifest: ManifestText,
  tree: Tree,
  defaults: TargetDefaults,
): readonly LocatedTarget[] {
  const spot = manifest.spot(tree.at, 'targets');
  const { accepts } = ENTRY_KEYS.targets;
  if (tree.kind === 'text' && tree.text.trim() !== '') {
    return readTargetLines(spot, linesIn(manifest, tree, 'targets'), defaults);
  }
  if (tree.kind !== 'list') {
    spot.refuse(shownKind(tree), accepts);
    return [];
  }
  return itemsOf(tree, spot, 'at least one target').flatMap((item) =>
    readTargetObject(manifest, item, defaults),
  );
}

function readTargetObject(
  manifest: ManifestText,
  tree: Tree,
  defaults: TargetDefaults,
): readonly LocatedTarget[] {
  const map = readMap(manifest, tree, 'targets', TARGET_KEY_NAMES);
  if (map === undefined || tree.kind !== 'map') return [];
  const values = new Map<TargetKey, readonly Value[]>();
  // Without a key that was refused it would be another target.
  let right = map.size === tree.entries.length;
  for (const [key, value] of map) {
    const read = readTargetValues(manifest, key, value);
    if (read.length === 0) right = false;
    else values.set(key, read);
  }
  const label = positionLabel(manifest, tree);
  return right ? readTarget({ values, spot: manifest.spot(tree.at, 'targets'), label }, defaults) : [];
}

/** Empty, and noted, if the value cannot be read. */
function readTargetValues(manifest: ManifestText, key: TargetKey, tree: Tree): readonly Value[] {
  const name = `targets, ${key}`;
  const takes = TARGET_KEYS[key];
  if (takes === 'one') {
    const value = readText(manifest, tree, name, 'text');
    return value === undefined ? [] : [value];
  }
  const accepts = 'text, or a list of texts';
  const items = itemsOf(tree, manifest.spot(tree.at, name), accepts);
  const values = items.map((item) => readText(manifest, item, name, accepts));
  if (values.includes(undefined)) return [];
  const read = values.filter((value) => value !== undefined);
  return tree.kind === 'list' ? read : read.flatMap((value) => valuesOf(key, value));
}

/** The value of `admit-to`: a list of objects, or the lines of the input. */
export function readAdmissionList(manifest: ManifestText, tree: Tree): readonly LocatedAdmission[] {
  const spot = manifest.spot(tree.at, 'admit-to');
  if (tree.kind === 'text' && tree.text.trim() !== '') {
    return readAdmissionLines(spot, linesIn(manifest, tree, 'admit-to'));
  }
  if (tree.kind !== 'list') {
    spot.refuse(shownKind(tree), ENTRY_KEYS['admit-to'].accepts);
    return [];
  }
  const items = itemsOf(tree, spot, 'at least one item');
  return withoutRepeated(items.flatMap((item) => readAdmissionItem(manifest, item)));
}

function readAdmissionItem(manifest: ManifestText, tree: Tree): readonly LocatedAdmission[] {
  const map = readMap(manifest, tree, 'admit-to', ADMISSION_KINDS);
  if (map === undefined) return [];
  if (map.size !== 1) {
    const spot = manifest.spot(tree.at, 'admit-to');
    spot.refuse(map.size === 0 ? 'neither' : 'both keys in one item', 'one of `application` and `policy`');
    return [];
  }
  return [...map].flatMap(([kind, value]) => {
    const text = readText(manifest, value, `admit-to, ${kind}`, 'text');
    return text === undefined ? [] : readAdmission(kind, text);
  });
}

function linesIn(
  manifest: ManifestText,
  tree: Extract<Tree, { kind: 'text' }>,
  name: string,
): readonly Line[] {
  return linesOf(tree.text).map(({ number, text }) => {
    const at = tree.lineAt(number);
    return {
      text,
      spot: manifest.spot(at, `${name}, line ${number}`),
      label: positionLabel(manifest, { at }),
    };
  });
}

function positionLabel(manifest: ManifestText, { at }: Pick<Tree, 'at'>): string {
  return `${manifest.name}:${at.line}:${at.column}`;
}
