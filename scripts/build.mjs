// Bundles src/index.ts to dist/ with ncc. With --check, builds elsewhere and fails when dist/ differs.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

function build(folder) {
  const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
  const options = ['--license', 'licenses.txt', '--no-cache', '--quiet', '--target', 'es2024'];
  execFileSync(process.execPath, [ncc, 'build', join(root, 'src', 'index.ts'), '--out', folder, ...options], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

function differences(left, right) {
  const names = new Set([...readdirSync(left), ...readdirSync(right)]);
  const read = (folder, name) => {
    try {
      return readFileSync(join(folder, name));
    } catch {
      return Buffer.alloc(0);
    }
  };
  return [...names].filter((name) => !read(left, name).equals(read(right, name)));
}

if (process.argv.includes('--check')) {
  const fresh = mkdtempSync(join(tmpdir(), 'dist-'));
  try {
    build(fresh);
    const different = differences(dist, fresh);
    if (different.length > 0) {
      console.error(`dist/ is not what the sources build (${different.join(', ')}). Run: npm run build`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(fresh, { recursive: true });
  }
} else {
  rmSync(dist, { recursive: true, force: true });
  build(dist);
}
