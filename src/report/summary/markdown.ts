import { withReadableMoments } from '../../model/calendar.ts';

/** Text directions that could make a line read otherwise than it is, and marks that cannot be seen. */
const UNSEEN = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** What GitHub makes a link, a mention, a reference, an emoji or a formula of. */
const LIVELY = /[@$]|:\/\/|www\.|#\d|\bGH-\d|:[\w+-]+:/i;
/** What GitHub makes a link to a commit of. */
const COMMIT = /^[0-9a-f]{7,40}$/i;

const LONGEST_TEXT = 1_000;
/** Longer than any name of GitHub's. */
const LONGEST_NAME = 300;

/** Text from outside on one line, without control characters, at most `max` characters long. */
export function plain(text: string, max: number = LONGEST_TEXT): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(UNSEEN, '\ufffd')
    .trim();
  if (line.length <= max) return line;
  return `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Text from outside as code, in which GitHub interprets nothing; fit for a table. */
export function code(text: string, max: number = LONGEST_NAME): string {
  const line = plain(text, max);
  if (line === '') return '(empty)';
  // A bar ends a table's cell, and renderers differ about a backslash before it inside of backticks.
  if (line.includes('|')) return `<code>${entities(line)}</code>`;
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/**
 * Sentences that may hold text from outside, as text: no markup but what stands between backticks, which is code, and
 * every word that GitHub would make more of than a word is code too. Lines stay lines; moments are made readable.
 */
export function prose(text: string): string {
  return plain(withReadableMoments(text).replace(/\s*\n\s*/g, '\u{f0000}'))
    .split('\u{f0000}')
    .map((line) =>
      escapeStart(
        line
          .split(/((?<!`)`[^`]+`(?!`))/)
          .map(span)
          .reduce(apart, ''),
      ),
    )
    .join('<br>');
}

function span(text: string): string {
  const [, quoted] = /^`([^`]+)`$/.exec(text) ?? [];
  if (quoted !== undefined && quoted.trim() !== '') return code(quoted);
  return text.split(' ').map(word).join(' ');
}

/** Backticks that meet would be read as one longer mark. */
function apart(before: string, after: string): string {
  return `${before}${before.endsWith('`') && after.startsWith('`') ? ' ' : ''}${after}`;
}

/** Text from outside inside of an HTML tag, where GitHub reads no Markdown. */
export function html(text: string, max?: number): string {
  return plain(text, max).replace(/[&<>"'@]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

/** An alert of GitHub's, which is readable as a quotation wherever alerts are not known. */
export function alert(kind: 'CAUTION' | 'WARNING' | 'NOTE', paragraphs: readonly string[]): string {
  return [`> [!${kind}]`, paragraphs.map((paragraph) => `> ${paragraph}`).join('\n>\n')].join('\n');
}

/** A sentence with its full stop. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** A table without the columns that nothing stands in; a list if there is only one. */
export function fullColumns(header: Row, rows: readonly Row[]): string {
  const full = header.map((_, column) => rows.some((row) => row[column] !== ''));
  const filled = (row: Row): Row => row.filter((_, column) => full[column]);
  if (full.filter(Boolean).length === 1) return rows.map((row) => `- ${filled(row).join('')}`).join('\n');
  return table(filled(header), rows.map(filled));
}

/** Blocks of Markdown with an empty line between them; empty ones are left out. */
export function joined(blocks: readonly string[]): string {
  return blocks.filter((block) => block !== '').join('\n\n');
}

export type Row = readonly string[];

/** A table; the cells are Markdown already. */
export function table(header: Row, rows: readonly Row[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Something that is folded until it is clicked on; the summary is HTML. */
export function folded(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** UTF-8 bytes, in which GitHub limits a summary. */
export function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}

function word(text: string): string {
  const [, before = '', core = '', after = ''] = /^([("'[]*)(.*?)([)"'\].,;:!?]*)$/u.exec(text) ?? [];
  if (!LIVELY.test(text) && !COMMIT.test(core)) return escape(text);
  return core === '' ? code(text) : `${escape(before)}${code(core)}${escape(after)}`;
}

function escape(text: string): string {
  return text.replace(/[\\`*_[\]<>~|&#!]/g, '\\$&');
}

/** At the start of a line a dash or a number with a full stop would begin a list, an equals sign a heading. */
function escapeStart(line: string): string {
  return line.replace(/^(\d*)([-+=.)])/, '$1\\$2');
}

function entities(text: string): string {
  return text.replace(/[^\p{L}\p{N} ,/-]/gu, (character) =>
    // An entity alone would still be made an address; a tag round it ends the word.
    character === '@' ? '<span>@</span>' : `&#${character.codePointAt(0) ?? 0};`,
  );
}
