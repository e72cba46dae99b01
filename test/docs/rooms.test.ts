import { dirname, join, normalize } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { filesIn, textOf } from './repository-files.ts';

/** The rooms of `src/` in the order of a run: each may import from those before it. The root comes last. */
const ROOMS = [
  'model',
  'settings',
  'http',
  'access',
  'cloudflare',
  'github',
  'observe',
  'plan',
  'apply',
  'report',
  '',
];
const MOST_FILES_AT_THE_ROOT = 6;

const IMPORT = /(?:from|import\()\s*(?:\/\*[^*]*\*\/\s*)?'(\.[^']+\.ts)'/g;

const FILES = filesIn('src', '.ts');
const IMPORTS = new Map(
  FILES.map((file) => [
    file,
    [...textOf(file).matchAll(IMPORT)].map(([, path = '']) => normalize(join(dirname(file), path))),
  ]),
);

function roomOf(file: string): string {
  const [, room = '', ...rest] = file.split('/');
  return rest.length === 0 ? '' : room;
}

/** The files of a circle of imports, if the file is in one. */
function circleFrom(file: string): readonly string[] {
  const reached = new Set<string>();
  const waiting = [...(IMPORTS.get(file) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    waiting.push(...(IMPORTS.get(next) ?? []));
  }
  return reached.has(file) ? [...reached] : [];
}

describe('the rooms of src/', () => {
  it('are those that this order knows', () => {
    expect(new Set(FILES.map(roomOf))).toEqual(new Set(ROOMS));
    expect(FILES.filter((file) => roomOf(file) === '').length).toBeLessThanOrEqual(MOST_FILES_AT_THE_ROOT);
  });

  it.each(ROOMS)('%s imports nothing from a later room', (room) => {
    const late = FILES.filter((file) => roomOf(file) === room).flatMap((file) =>
      (IMPORTS.get(file) ?? [])
        .filter((imported) => ROOMS.indexOf(roomOf(imported)) > ROOMS.indexOf(room))
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(late).toEqual([]);
  });

  it('have no circle of imports', () => {
    expect(FILES.filter((file) => circleFrom(file).length > 0)).toEqual([]);
  });
});

// The linter knows no rule for this.
it('only the entry point asks what time it is', () => {
  const asking = FILES.filter((file) => /\bnew Date\(\s*\)|(?<!\bnew )\bDate\(/.test(textOf(file)));
  expect(asking.filter((file) => file !== 'src/index.ts')).toEqual([]);
});
