import type * as Yaml from 'yaml';
import type { Document, Node } from 'yaml';
import { cleanEcho } from '../../model/safe-text.ts';
import { Spot, quote, type Complaints } from '../complaints.ts';

/** How much the aliases of a manifest may add up to, in values. */
const MOST_BY_ALIASES = 10_000;
const DEEPEST = 40;
const MOST_SYNTAX_ERRORS = 5;

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The values of a YAML document with their places, without anything that is YAML's alone. */
export type Tree = { readonly at: Position } & (
  | { readonly kind: 'map'; readonly entries: readonly MapEntry[] }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  /** `lineAt` gives the place of a line of the text, which is counted from 1. */
  | { readonly kind: 'text'; readonly text: string; readonly lineAt: (line: number) => Position }
  /** `text` as it was written. */
  | { readonly kind: 'number' | 'boolean'; readonly text: string }
  | { readonly kind: 'nothing' }
);

export interface MapEntry {
  readonly key: string;
  readonly at: Position;
  readonly value: Tree;
}

/** A manifest as it was found. */
export class ManifestText {
  readonly text: string;
  /** As a problem names it. */
  readonly name: string;
  /** From the workspace, with slashes; undefined if the input is the YAML itself. */
  readonly file: string | undefined;
  readonly complaints: Complaints;

  constructor(text: string, file: string | undefined, complaints: Complaints) {
    this.text = text;
    this.file = file;
    this.name = file === undefined ? 'manifest' : cleanEcho(file);
    this.complaints = complaints;
  }

  /** Where a problem with what stands there is noted; `name` is the key. */
  spot({ line, column }: Position, name: string): Spot {
    const { file } = this;
    return new Spot(this.complaints, name, { prefix: `${this.name}:${line}:${column}`, file, line, column });
  }
}

/** Parses YAML 1.2 with its core schema. Undefined, and noted, if it is not one valid document. */
export async function parseTree(manifest: ManifestText): Promise<Tree | undefined> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const complain = (at: Position, sentence: string): void => {
    manifest.spot(at, 'YAML').complain(sentence);
  };
  const documents = parse();
  const [document, second] = documents;
  if (document?.contents === undefined || document.contents === null) {
    complain({ line: 1, column: 1 }, 'nothing is in it; accepts a map with the key `tokens`');
    return undefined;
  }
  if (second !== undefined) {
    complain(positionOf(second.range[0]), 'a second document begins; accepts one');
  }
  if (document.directives.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    complain({ line: 1, column: 1 }, `got YAML ${document.directives.yaml.version}; accepts YAML 1.2`);
  }
  const problems = [...document.errors, ...document.warnings];
  for (const { code, message, pos } of problems.slice(0, MOST_SYNTAX_ERRORS)) {
    const [start] = pos;
    complain(
      positionOf(start),
      code === 'TAB_AS_INDENT'
        ? 'got a tab; accepts only spaces as indentation'
        : `is not valid: ${cleanEcho(message).replace(/\.$/, '')}`,
    );
  }
  if (problems.length > 0 || second !== undefined) return undefined;
  return new TreeReader(manifest, yaml, positionOf).read(document.contents);

  function parse(): readonly Document.Parsed[] {
    try {
      const options = { lineCounter: lines, prettyErrors: false, schema: 'core', version: '1.2' } as const;
      const parsed = yaml.parseAllDocuments(manifest.text, { ...options, uniqueKeys: false, merge: false });
      return [...parsed];
    } catch (error) {
      // The parser calls itself for each level.
      if (!(error instanceof RangeError)) throw error;
      complain({ line: 1, column: 1 }, `is nested too deeply; accepts at most ${DEEPEST} levels`);
      return [];
    }
  }
}

class TreeReader {
  readonly #manifest: ManifestText;
  /** Kept here, because the parser searches the whole document for each alias. */
  readonly #anchors = new Map<string, Extract<Node, { anchor?: string }>>();
  readonly #yaml: typeof Yaml;
  readonly #positionOf: (offset: number) => Position;
  readonly #sourceLines: readonly string[];
  #byAliases = 0;
  #isCutOff = false;

  constructor(manifest: ManifestText, yaml: typeof Yaml, positionOf: (offset: number) => Position) {
    this.#manifest = manifest;
    this.#yaml = yaml;
    this.#positionOf = positionOf;
    this.#sourceLines = manifest.text.split('\n');
  }

  /** Undefined, and noted, if a part of it could not be read at all. */
  read(node: Node): Tree | undefined {
    const tree = this.#tree(node, 0, false);
    return this.#isCutOff ? undefined : tree;
  }

  #tree(node: Node, depth: number, byAlias: boolean): Tree {
    const { isAlias, isMap, isSeq } = this.#yaml;
    const at = this.#positionOf(node.range?.[0] ?? 0);
    if (byAlias) this.#byAliases += 1;
    if (this.#byAliases > MOST_BY_ALIASES || depth > DEEPEST) {
      const limit = depth > DEEPEST ? `${DEEPEST} levels` : `${MOST_BY_ALIASES} values by aliases`;
      return this.#giveUp(at, `holds more than ${limit}; an alias may contain itself`);
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target !== undefined) return this.#tree(target, depth + 1, true);
      return this.#giveUp(at, `the alias ${quote(node.source)} has no anchor`);
    }
    if (!byAlias && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return { kind: 'map', at, entries: this.#entries(node.items, depth, byAlias) };
    if (isSeq(node)) {
      const items = node.items.map((item) =>
        this.#yaml.isNode(item) ? this.#tree(item, depth + 1, byAlias) : ({ kind: 'nothing', at } as const),
      );
      return { kind: 'list', at, items };
    }
    return this.#scalar(node, at);
  }

  #entries(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    depth: number,
    byAlias: boolean,
  ): readonly MapEntry[] {
    const { isNode, isScalar } = this.#yaml;
    const seen = new Set<string>();
    return items.flatMap(({ key, value }) => {
      const at = this.#positionOf((isNode(key) ? key.range?.[0] : undefined) ?? 0);
      if (!isScalar(key) || typeof key.value !== 'string') {
        this.#complain(at, 'YAML', 'a key is no text; accepts text as keys');
        return [];
      }
      if (key.value === '<<') {
        this.#complain(at, '<<', 'merge keys are not supported; `defaults` holds what entries share');
        return [];
      }
      if (seen.has(key.value)) {
        this.#complain(at, quote(key.value), 'stands there twice; accepts each key once');
        return [];
      }
      seen.add(key.value);
      const tree = isNode(value) ? this.#tree(value, depth + 1, byAlias) : ({ kind: 'nothing', at } as const);
      return [{ key: key.value, at, value: tree }];
    });
  }

  #scalar(node: Node, at: Position): Tree {
    const { isScalar } = this.#yaml;
    if (!isScalar(node) || node.value === null) return { kind: 'nothing', at };
    if (typeof node.value === 'string') {
      const isBlock = node.type === 'BLOCK_LITERAL';
      return { kind: 'text', at, text: node.value, lineAt: (line) => (isBlock ? this.#below(at, line) : at) };
    }
    const kind = typeof node.value === 'boolean' ? 'boolean' : 'number';
    return { kind, at, text: node.source ?? '' };
  }

  /** The first sign of a line below another one. */
  #below({ line }: Position, count: number): Position {
    const source = this.#sourceLines[line + count - 1] ?? '';
    return { line: line + count, column: source.search(/\S|$/) + 1 };
  }

  /** Only the first time, because what follows fails for the same reason. */
  #giveUp(at: Position, sentence: string): Tree {
    if (!this.#isCutOff) this.#complain(at, 'YAML', sentence);
    this.#isCutOff = true;
    return { kind: 'nothing', at };
  }

  #complain(at: Position, name: string, sentence: string): void {
    this.#manifest.spot(at, name).complain(sentence);
  }
}
