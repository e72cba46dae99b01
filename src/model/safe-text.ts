/** Shorter values would blank out ordinary words. */
const SHORTEST_VALUE = 4;

/**
 * Text from outside, fit to be printed on one line: without control characters, without anything that the
 * runner would take for a workflow command, without the values that were submitted, and without what looks
 * like a key or a sealed value (base64 or hexadecimal of more than 40 characters).
 */
export function cleanEcho(text: string, max = 300, values: readonly string[] = []): string {
  const cleaned = oneLine(
    hide(oneLine(hide(text, values)), values).replace(/[A-Za-z0-9+/]{41,}={0,2}/g, '***'),
  );
  if (cleaned.length <= max) return cleaned;
  return `${cleaned.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A text on one line in which the runner sees no workflow command, at its start or anywhere. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/:{2,}/g, ':')
    .replace(/#+\[/g, '[')
    .trim();
}

function hide(text: string, values: readonly string[]): string {
  return [...values]
    .filter((value) => value.length >= SHORTEST_VALUE)
    .sort((left, right) => right.length - left.length)
    .reduce((hidden, value) => hidden.replaceAll(value, '***'), text);
}
