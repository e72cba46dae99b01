const LONGEST_QUOTE = 100;

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
