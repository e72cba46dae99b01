/** Words that people write for another one, which is neither near it nor its beginning. */
const SHORTHANDS: Readonly<Record<string, string>> = { owner: 'organization', repos: 'repositories' };

/** ` (did you mean X?)` for the one of `known` that was most likely meant, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = suggestion(word, known);
  return meant === undefined ? '' : ` (did you mean \`${meant}\`?)`;
}

/** The one of `known` that is nearest to a word that is none of them; undefined where none is near. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  const plain = word.toLowerCase().replaceAll('_', '-');
  const shorthand = SHORTHANDS[plain];
  if (shorthand !== undefined && known.includes(shorthand)) return shorthand;
  const limit = Math.max(1, Math.floor(plain.length / 3));
  const near = known
    .map((name) => ({ name, far: remoteness(plain, name), edits: editDistance(plain, name) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far || a.edits - b.edits);
  return near[0]?.name;
}

/** Edits from one to the other; plurals, beginnings and endings count as near. */
function remoteness(word: string, name: string): number {
  const edits = Math.min(editDistance(word, name), editDistance(singular(word), singular(name)));
  const isPart = word.length >= 3 && (name.startsWith(singular(word)) || name.endsWith(`-${word}`));
  return isPart ? Math.min(edits, 1) : edits;
}

function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** Fewest insertions, removals, replacements and swaps of neighbors (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
