import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const DEFINITION = `
name: Sample
inputs:
  first:
    default: one
  repository:
    default: \${{ github.repository }}
  with space: {}
  never-given: {}
  old:
    deprecationMessage: use first
runs:
  using: node24
  main: main.mjs
  post: post.mjs
`;

/** A throw-away action whose main and post are the given scripts. */
export async function actionFolder(main: string, post = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'action-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'action.yml'), DEFINITION);
  await writeFile(join(folder, 'main.mjs'), main);
  await writeFile(join(folder, 'post.mjs'), post);
  return folder;
}
