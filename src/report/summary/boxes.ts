import { alert, prose, sentence } from './markdown.ts';

/** Of warnings and notices each; the log has them all. */
const MOST_LISTED = 10;

export function warningBox(warnings: readonly string[]): string {
  return box('WARNING', warnings);
}

export function noteBox(notices: readonly string[]): string {
  return box('NOTE', notices);
}

function box(kind: 'WARNING' | 'NOTE', texts: readonly string[]): string {
  const unique = [...new Set(texts)];
  if (unique.length === 0) return '';
  const shown = unique.slice(0, MOST_LISTED).map((text) => prose(sentence(text)));
  const more = unique.length - shown.length;
  return alert(kind, more > 0 ? [...shown, `And ${more} more: see the log.`] : shown);
}
