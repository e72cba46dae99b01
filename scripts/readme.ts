/**
 * Writes the tables of README.md that other files know better: inputs and outputs from action.yml, what goes together
 * from src/settings/uses.ts, the rules from src/plan/rules.ts. With --check it changes nothing, and fails if the README
 * differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument, type Pair } from 'yaml';
import { OPERATIONS } from '../src/model/operation.ts';
import { RULES } from '../src/plan/rules.ts';
import { INPUT_NAMES, type InputName } from '../src/settings/inputs.ts';
import { keyOf } from '../src/settings/manifest/keys.ts';
import { USES } from '../src/settings/uses.ts';

const ROOT = join(import.meta.dirname, '..');

/** What the groups of inputs are called, by the first input of each; an empty line in action.yml begins one. */
const GROUPS: Readonly<Record<string, string>> = {
  operation: 'What to do',
  'cloudflare-api-token': 'Cloudflare',
  'admit-to': 'Admission',
  duration: 'When, and how long',
  'github-token': 'GitHub and the targets',
  'verify-url': 'Login check, limits, dry run',
};

interface Input {
  readonly name: string;
  readonly default: string;
  readonly description: string;
  readonly beginsGroup: boolean;
}

/** The README with every part generated anew. @throws Error if a marker is missing */
export function withGeneratedParts(readme: string, actionYml: string): string {
  const parts = {
    inputs: inputsPart(actionYml),
    uses: usesPart(),
    outputs: outputsPart(actionYml),
    rules: rulesPart(),
  };
  return Object.entries(parts).reduce((text, [name, part]) => between(text, name, part), readme);
}

function between(text: string, name: string, part: string): string {
  const begin = `<!-- begin: ${name} (node scripts/readme.ts) -->`;
  const end = `<!-- end: ${name} -->`;
  const [before, rest] = halves(text, begin);
  const [, after] = halves(rest, end);
  // Prettier would pad every row to the longest one.
  const ignored = `<!-- prettier-ignore-start -->\n\n${part}\n\n<!-- prettier-ignore-end -->`;
  return `${before}${begin}\n${ignored}\n${end}${after}`;
}

function halves(text: string, marker: string): readonly [string, string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`README.md has no ${marker}`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

function inputsPart(actionYml: string): string {
  const groups: { title: string; rows: string[] }[] = [];
  for (const input of entriesOf(actionYml, 'inputs')) {
    if (input.beginsGroup || groups.length === 0) {
      const title = GROUPS[input.name];
      if (title === undefined) throw new Error(`no group of inputs begins with ${input.name}`);
      groups.push({ title, rows: [] });
    }
    const preset = input.default === '' ? '' : code(input.default);
    groups.at(-1)?.rows.push(row([code(input.name), preset, input.description]));
  }
  return groups
    .map(({ title, rows }) => `**${title}**\n\n${table(['Input', 'Default', 'Meaning'], rows)}`)
    .join('\n\n');
}

function outputsPart(actionYml: string): string {
  const rows = entriesOf(actionYml, 'outputs').map(({ name, description }) => row([code(name), description]));
  return table(['Output', 'Meaning'], rows);
}

function rulesPart(): string {
  const rows = RULES.map((rule) => row([markOf(rule), rule.when, rule.then, code(rule.reason)]));
  return table(['', 'When', 'Then', '`reason`'], rows);
}

/** † if `force` passes the rule, ‡ if `adopt` does as well. */
function markOf({ passedBy }: (typeof RULES)[number]): string {
  if (passedBy === undefined) return '';
  return passedBy === 'adopt' ? '‡' : '†';
}

const BESIDE_MANIFEST = {
  yes: '✓',
  selected: 'for the entries in `token-name`',
  one: 'for one entry in `token-name`',
  no: '',
} as const;

function besideManifest(name: InputName): string {
  if (name === 'manifest') return '';
  if (name === 'token-name') return 'selects entries';
  if (name === 'repository' || name === 'environment') return 'in `targets` of an entry';
  const key = keyOf(name);
  const isKey = key === undefined ? [] : [`key \`${key}\` of an entry`];
  return [...isKey, BESIDE_MANIFEST[USES[name].besideManifest]].filter((text) => text !== '').join(', ');
}

/** Without the inputs that go with everything. */
function usesPart(): string {
  const rows = INPUT_NAMES.flatMap((name) => {
    const { operations } = USES[name];
    if (operations.length === OPERATIONS.length) return [];
    const marks = OPERATIONS.map((operation) => (operations.includes(operation) ? '✓' : ''));
    return [row([code(name), ...marks, besideManifest(name)])];
  });
  return table(['Input', ...OPERATIONS.map(code), 'with `manifest`'], rows);
}

function entriesOf(actionYml: string, section: 'inputs' | 'outputs'): readonly Input[] {
  const entries = parseDocument(actionYml).get(section);
  if (!isMap(entries)) throw new Error(`action.yml has no ${section}`);
  return entries.items.map(entryOf);
}

function entryOf({ key, value }: Pair): Input {
  if (!isScalar(key) || !isMap(value)) throw new Error('action.yml has an entry that is no map');
  const text = (field: string): string => {
    const found = value.get(field);
    return typeof found === 'string' ? found : '';
  };
  return {
    name: String(key.value),
    default: text('default'),
    description: text('description'),
    beginsGroup: key.spaceBefore === true,
  };
}

function table(header: readonly string[], rows: readonly string[]): string {
  return [row(header), row(header.map(() => '---')), ...rows].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function main(): void {
  const path = join(ROOT, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const wanted = withGeneratedParts(readme, readFileSync(join(ROOT, 'action.yml'), 'utf8'));
  if (wanted === readme) return;
  if (process.argv.includes('--check')) {
    console.error(
      'README.md differs from what action.yml, src/settings/uses.ts and src/plan/rules.ts give. Run: node scripts/readme.ts',
    );
    process.exitCode = 1;
  } else {
    writeFileSync(path, wanted);
  }
}

if (import.meta.main) main();
