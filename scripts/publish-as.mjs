// `node scripts/publish-as.mjs owner/name v1.0.0 [commit]`: puts the repository and the version of the action into every
// example, in place of the placeholders or of an earlier version. Fails if a placeholder is left.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** What has to know placeholders. */
const ABOUT_THEM = ['scripts/publish-as.mjs', 'test/docs/publish-as.test.ts'];
/** Where examples are, and what runs them. */
const PLACES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs',
  'scripts',
  'sandbox',
  'test',
  '.github',
  'action.yml',
];
const TEXT = /\.(?:md|ya?ml|json|ts|mjs)$/;
const PLACEHOLDER = ['OWNER', 'REPOSITORY'].join('/');
const NO_COMMIT = ['FULL', 'COMMIT', 'SHA'].join('-');

const [repository = '', version = '', commit] = process.argv.slice(2);
if (
  !/^[\w-]+\/[\w.-]+$/.test(repository) ||
  !/^v\d+\.\d+\.\d+$/.test(version) ||
  !/^[0-9a-f]{40}$/.test(commit ?? '0'.repeat(40))
) {
  console.error('Usage: node scripts/publish-as.mjs owner/name v1.0.0 [full commit of that release]');
  process.exit(2);
}

const name = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const anyName = `(?:${PLACEHOLDER}|${name(repository)})`;
const pin = commit === undefined ? version : `${commit} # ${version}`;
const CHANGES = [
  [/<!-- placeholder -->.*?<!-- \/placeholder -->/gs, explained],
  [
    new RegExp(`${anyName}@(?:${NO_COMMIT}|[0-9a-f]{40}|v\\d+\\.\\d+\\.\\d+)(?: # v[\\w.]+)?`, 'g'),
    `${repository}@${pin}`,
  ],
  [new RegExp(PLACEHOLDER, 'g'), repository],
  [new RegExp(PLACEHOLDER.replace('/', '%2F'), 'g'), repository.replace('/', '%2F')],
];

function explained() {
  const why =
    commit === undefined
      ? 'Its releases are immutable: the tag of a version cannot be moved to other code.'
      : 'A commit cannot be moved to other code.';
  return `<!-- placeholder -->every example names this action as \`${repository}@${pin}\`. ${why}<!-- /placeholder -->`;
}

function filesIn(place) {
  try {
    return readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${place}/${path.split(sep).join('/')}`,
    );
  } catch {
    return [place];
  }
}

const files = PLACES.flatMap(filesIn).filter((path) => TEXT.test(path) && !ABOUT_THEM.includes(path));
let changed = 0;
const left = [];
for (const path of files) {
  const before = readFileSync(join(ROOT, path), 'utf8');
  const after = CHANGES.reduce((text, [from, to]) => text.replaceAll(from, to), before);
  if (after !== before) {
    writeFileSync(join(ROOT, path), after);
    changed += 1;
  }
  const rest = new RegExp(`OWNER.{1,3}REPOSITORY|${NO_COMMIT}|vX\\.Y\\.Z`);
  after.split('\n').forEach((line, index) => {
    if (rest.test(line)) left.push(`${path}:${index + 1}: ${line.trim()}`);
  });
}
console.log(`${changed} files name ${repository}@${pin} now.`);
if (left.length > 0) {
  console.error(`A placeholder is left in:\n${left.join('\n')}`);
  process.exitCode = 1;
}
