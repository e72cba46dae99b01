import { traitsOf } from '../../model/operation.ts';
import { refuseCollisions } from '../collisions.ts';
import { quote, type Spot } from '../complaints.ts';
import type { InputName, Inputs } from '../inputs.ts';
import type { Manifest } from '../settings.ts';
import { didYouMean } from '../suggestions.ts';
import { readTarget } from '../target-keys.ts';
import {
  readToken,
  usesTargets,
  type Step,
  type TokenInput,
  type TokenRead,
  type TokenSource,
} from '../token-settings.ts';
import { USES, refuseBesideManifest } from '../uses.ts';
import { DEFAULT_KEY_NAMES, ENTRY_KEY_NAMES, TOP_KEYS, keyOf, type EntryKey } from './keys.ts';
import { readAdmissionList, readTargetList } from './lists.ts';
import type { ManifestText, Tree } from './tree.ts';
import { readMap, readScalar, shownKind } from './values.ts';

const MOST_NAMES_SHOWN = 10;

/** What the manifest asks for, once `token-name` has selected its entries. */
export interface ManifestRead {
  readonly manifest: Manifest;
  readonly tokens: readonly TokenRead[];
}

interface Entry {
  readonly tree: Tree;
  readonly values: ReadonlyMap<EntryKey, Tree>;
}

/** Reads every entry, selected or not, so that all that is wrong with the file is said at once. */
export function readManifest(text: ManifestText, tree: Tree, inputs: Inputs, step: Step): ManifestRead {
  const top = readMap(text, tree, 'manifest', TOP_KEYS);
  const defaultsTree = top?.get('defaults');
  const defaults =
    (defaultsTree && readMap(text, defaultsTree, 'defaults', DEFAULT_KEY_NAMES)) ?? new Map<EntryKey, Tree>();
  const entries = top === undefined ? [] : readEntries(text, tree, top.get('tokens'));
  const names = entries.map(({ values }) => ({
    tokenName: scalarOf(text, values, 'name'),
    tokenId: scalarOf(text, values, 'id')?.toLowerCase(),
  }));
  refuseRepeated(text, entries, names);
  const selected = select(inputs, names);
  const { operation } = step;
  if (selected === 'all' && operation !== undefined && traitsOf(operation).manifest === 'selected') {
    inputs
      .spot('token-name')
      .complain(
        `not given, or it came out empty; \`${operation}\` with \`manifest\` needs the names of the entries to work on`,
      );
  }
  refuseBesideManifest(inputs, selected === 'all' ? 'all' : selected.size);
  const reads = entries.map((entry, index) => {
    const isSelected = selected !== 'all' && selected.has(index);
    return readToken(sourceOf(text, entry, defaults, step, isSelected ? inputs : undefined), step);
  });
  // Looked at even if every entry has its own values.
  if (defaultsTree !== undefined) {
    const source = sourceOf(text, { tree: defaultsTree, values: new Map() }, defaults, step, undefined);
    readToken({ ...source, targets: () => [] }, step);
  }
  refuseCollisions(
    reads.map(({ settings: { tokenName, tokenId }, targets }) => ({
      label: quote(tokenName ?? tokenId ?? ''),
      targets,
    })),
  );
  return {
    manifest: { path: text.file, entries: names },
    tokens: reads.filter((_, index) => selected === 'all' || selected.has(index)),
  };
}

function readEntries(text: ManifestText, top: Tree, tokens: Tree | undefined): readonly Entry[] {
  if (tokens?.kind !== 'list' || tokens.items.length === 0) {
    const got =
      tokens === undefined ? 'no such key' : tokens.kind === 'list' ? 'an empty list' : shownKind(tokens);
    text.spot((tokens ?? top).at, 'tokens').refuse(got, 'a list with an entry for each token');
    return [];
  }
  return tokens.items.flatMap((tree) => {
    const values = readMap(text, tree, 'tokens', ENTRY_KEY_NAMES);
    if (values === undefined) return [];
    if (!values.has('name') && !values.has('id')) {
      text
        .spot(tree.at, 'tokens')
        .complain('the entry has neither `name` nor `id`; accepts one of them, or both');
    }
    return [{ tree, values }];
  });
}

function scalarOf(
  text: ManifestText,
  values: ReadonlyMap<EntryKey, Tree>,
  key: 'name' | 'id',
): string | undefined {
  const tree = values.get(key);
  return tree && readScalar(text, tree, key)?.text;
}

function refuseRepeated(text: ManifestText, entries: readonly Entry[], names: Manifest['entries']): void {
  for (const [key, field] of [
    ['name', 'tokenName'],
    ['id', 'tokenId'],
  ] as const) {
    const seen = new Map<string, Tree>();
    for (const [index, { values }] of entries.entries()) {
      const tree = values.get(key);
      const value = names[index]?.[field];
      if (tree === undefined || value === undefined) continue;
      const first = seen.get(value);
      if (first === undefined) seen.set(value, tree);
      else {
        const there = `${text.name}:${first.at.line}:${first.at.column}`;
        text.spot(tree.at, key).refuse(`${quote(value)}, as ${there} does`, 'one entry for each token');
      }
    }
  }
}

/** The numbers of the entries that `token-name` selects: by name, or by ID if an entry has no name. */
function select(inputs: Inputs, names: Manifest['entries']): ReadonlySet<number> | 'all' {
  const lines = inputs.lines('token-name');
  if (lines.length === 0) return 'all';
  const known = names.flatMap(({ tokenName, tokenId }) => tokenName ?? tokenId ?? []);
  const selected = new Set<number>();
  for (const { number, text } of lines) {
    const index = names.findIndex(({ tokenName, tokenId }) =>
      tokenName === undefined ? tokenId === text.toLowerCase() : tokenName === text,
    );
    if (index >= 0) {
      selected.add(index);
    } else {
      const spot = inputs.spot('token-name', lines.length > 1 ? `, line ${number}` : '');
      const some = known.slice(0, MOST_NAMES_SHOWN).map(quote).join(', ');
      const more = known.length > MOST_NAMES_SHOWN ? ` and ${known.length - MOST_NAMES_SHOWN} more` : '';
      const meant = didYouMean(text, known);
      spot.refuse(`${quote(text)}${meant}`, `names of entries of the manifest: ${some}${more}`);
    }
  }
  return selected;
}

/** One entry with what it leaves out; `overrides` are the inputs that apply to it. */
function sourceOf(
  text: ManifestText,
  { tree, values }: Entry,
  defaults: ReadonlyMap<EntryKey, Tree>,
  step: Step,
  overrides: Inputs | undefined,
): TokenSource {
  const treeOf = (key: EntryKey): Tree | undefined => values.get(key) ?? defaults.get(key);
  const nameOf = (input: InputName): string => keyOf(input) ?? input;
  const spot = (input: InputName): Spot =>
    text.spot(treeOf(keyOf(input) ?? 'name')?.at ?? tree.at, nameOf(input));
  const targets = values.get('targets');
  return {
    value: (input: TokenInput) => {
      const { besideManifest } = USES[input];
      const mayOverride = besideManifest === 'selected' || besideManifest === 'one';
      if (mayOverride && overrides?.isChosen(input) === true) return overrides.value(input);
      const key = keyOf(input);
      const found = key && treeOf(key);
      return found === undefined || key === undefined ? undefined : readScalar(text, found, key);
    },
    spot,
    targets: (forTarget) => {
      if (targets !== undefined) return readTargetList(text, targets, forTarget);
      if (!usesTargets(step)) return [];
      const label = `${text.name}:${tree.at.line}:${tree.at.column}`;
      return readTarget({ values: new Map(), spot: spot('targets'), label }, forTarget);
    },
    targetsNamed: targets !== undefined,
    admissions: () => {
      const lines = treeOf('admit-to');
      return lines === undefined ? [] : readAdmissionList(text, lines);
    },
  };
}
