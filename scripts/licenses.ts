// The licenses of all code in the bundle that others wrote: of what is left after dead code was removed, and no other.
import { readFileSync, readdirSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

const LICENSE = /^(?:licen[cs]e|copying|notice)/i;

/**
 * The files that code comes from, as the source map names them.
 * @param cut spans [from, to) of the code that do not count
 */
export function sourcesOf(
  code: string,
  map: string,
  cut: readonly (readonly [from: number, to: number])[],
): readonly string[] {
  const file = ts.createSourceFile('index.js', code, ts.ScriptTarget.Latest, false);
  const found = new SourceMap(JSON.parse(map) as SourceMapPayload);
  const sources = new Set<string>();
  const visit = (node: ts.Node): void => {
    const start = node.getStart(file);
    if (cut.some(([from, to]) => start >= from && node.end <= to)) return;
    if (ts.isIdentifier(node)) {
      const { line, character } = file.getLineAndCharacterOfPosition(start);
      const entry = found.findEntry(line, character);
      // What the bundler wrote itself has no entry; the one before it is of other code.
      if (!('originalSource' in entry)) return;
      const { originalSource, generatedLine, generatedColumn } = entry;
      if (generatedLine === line && generatedColumn === character) sources.add(originalSource);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...sources];
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** The text of licenses.txt. @throws Error if a package says nothing of its license */
export function licensesOf(files: readonly string[]): string {
  const packages = new Map<string, Map<string, string>>();
  for (const path of files) {
    const folder = packageOf(path);
    if (folder === undefined) continue;
    const texts = packages.get(folder) ?? new Map<string, string>();
    for (const [place, text] of textsFor(path, folder)) texts.set(place, text);
    packages.set(folder, texts);
  }
  const parts = [...packages].map(([folder, texts]) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Package;
    if (license === undefined) throw new Error(`${name} does not name its license`);
    const sections = [...texts]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([place, text]) => (place === '' ? text : `Of its ${place}:\n\n${text}`));
    return `${name} ${version}\n${license}\n\n${sections.join('\n\n')}`.trim();
  });
  return `${[...new Set(parts)].sort().join('\n\n\n')}\n`;
}

/** The folder of the package that a file belongs to; undefined for the project's own. */
function packageOf(path: string): string | undefined {
  const parts = path.split(sep);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return undefined;
  return parts.slice(0, at + (parts[at + 1]?.startsWith('@') === true ? 3 : 2)).join(sep);
}

/** The license files of the package, and of a part of it that has its own beside the code or beside its source. */
function textsFor(path: string, folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = dirname(path); ; at = dirname(at)) {
    const place = relative(folder, at);
    for (const beside of place === '' ? [folder] : [at, join(folder, 'src', place)]) {
      for (const name of namesIn(beside)
        .filter((one) => LICENSE.test(one))
        .sort()) {
        const text = readFileSync(join(beside, name), 'utf8').replaceAll('\r\n', '\n').trim();
        found.set(place.split(sep).join('/'), text);
      }
    }
    if (place === '') return found;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? entry.name : [],
    );
  } catch {
    return [];
  }
}
