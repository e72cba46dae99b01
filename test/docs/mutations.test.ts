import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PARTS } from '../mutation/mutations.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

test('every deliberate defect has one place in the sources', () => {
  const stale = PARTS.flatMap(({ mutations }) => mutations)
    .filter(([file, text]) => readFileSync(path.join(ROOT, file), 'utf8').split(text).length !== 2)
    .map(([file, text]) => `${file}: ${text}`);
  expect(stale).toEqual([]);
});
