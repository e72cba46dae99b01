import type { FilePosition } from '../model/dependencies.ts';
import { Problem } from '../model/problem.ts';

const REMEDY = 'No API was called. Fix the step.';
const LONGEST_QUOTE = 100;

/** One problem that belongs to a line of a file, whose path is from the workspace, with slashes. */
export interface Annotation extends FilePosition {
  /** A sentence that does not repeat the place. */
  readonly message: string;
}

/** All that is wrong with the inputs and the manifest, a line each, and what of it can be shown in a file. */
export class SettingsProblem extends Problem {
  readonly annotations: readonly Annotation[];

  constructor(message: string, annotations: readonly Annotation[]) {
    super('settings', message, REMEDY);
    this.name = 'SettingsProblem';
    this.annotations = annotations;
  }
}

/** A line and column of the manifest, from 1; `file` is undefined if the manifest is no file. */
interface Position {
  /** As a problem names it, such as `tokens.yml:12:7`. */
  readonly prefix: string;
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
}

interface Complaint {
  readonly name: string;
  readonly sentence: string;
  readonly position: Position | undefined;
}

/** All problems that were found so far. The same problem is noted once. */
export class Complaints {
  readonly #complaints = new Map<string, Complaint>();

  /** Notes a problem; `sentence` ends with a period or a question mark. */
  note(name: string, sentence: string, position?: Position): void {
    const line = `${whereOf(name, position)}: ${sentence}`;
    if (!this.#complaints.has(line)) this.#complaints.set(line, { name, sentence, position });
  }

  get any(): boolean {
    return this.#complaints.size > 0;
  }

  /** The inputs first, then the manifest from its beginning to its end. */
  problem(): SettingsProblem {
    const sorted = [...this.#complaints].sort(
      ([, { position: a }], [, { position: b }]) =>
        (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
    );
    const annotations = sorted.flatMap(([, { name, sentence, position }]) => {
      if (position?.file === undefined) return [];
      const { file, line, column } = position;
      return [{ file, line, column, message: `${name}: ${sentence}` }];
    });
    return new SettingsProblem(sorted.map(([line]) => line).join('\n'), annotations);
  }
}

function whereOf(name: string, position: Position | undefined): string {
  return position === undefined ? name : `${position.prefix}: ${name}`;
}

/** Where a value was written: an input, a line of it, or a line and column of the manifest. */
export class Spot {
  readonly #complaints: Complaints;
  /** Such as `targets, line 2`. */
  readonly #name: string;
  readonly #position: Position | undefined;

  constructor(complaints: Complaints, name: string, position?: Position) {
    this.#complaints = complaints;
    this.#name = name;
    this.#position = position;
  }

  /** Notes a problem: `accepts` says what would be right. `got` must not hold a credential. */
  refuse(got: string, accepts: string): void {
    this.complain(`got ${got}; accepts ${accepts}`);
  }

  /** Notes a problem in its own words, which end without a period. */
  complain(sentence: string): void {
    this.#complaints.note(this.#name, `${sentence}.`, this.#position);
  }

  /** A part of the same place: `targets, line 2, app`. */
  part(name: string): Spot {
    return new Spot(this.#complaints, `${this.#name}, ${name}`, this.#position);
  }
}

/** A text as somebody wrote it, trimmed and not empty, and where. */
export interface Value {
  readonly text: string;
  readonly spot: Spot;
}

/**
 * A value from outside in quotes, fit for a log line: at most 100 characters, what cannot be seen is
 * written as an escape, and nothing in it can start a workflow command (`::name::`, `##[name]`).
 */
export function quote(value: string): string {
  const characters = Array.from(value);
  const shown = characters.slice(0, LONGEST_QUOTE).join('');
  const more = characters.length > LONGEST_QUOTE ? '…' : '';
  return `"${neutralize(shown.replace(/["\\]/g, '\\$&'))}${more}"`;
}

function neutralize(text: string): string {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped)
    .replace(/(?<=:):/g, escaped)
    .replace(/(?<=##)\[/g, escaped);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** `a`, `b` or `c` */
export function listOf(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].filter((part) => part !== '').join(' or ');
}

/** One of a few words; undefined, and noted, if it is none of them. */
export function readOneOf<T extends string>({ text, spot }: Value, words: readonly T[]): T | undefined {
  const word = words.find((known) => known === text);
  if (word === undefined) spot.refuse(quote(text), listOf(words));
  return word;
}

/** `true` or `false` in any capitals; false, and noted, for anything else. */
export function readBoolean({ text, spot }: Value): boolean {
  const value = text.toLowerCase();
  if (value !== 'true' && value !== 'false') spot.refuse(quote(text), '`true` or `false`');
  return value === 'true';
}
