// `npm run check`: the checks side by side, since most of them keep one core busy; what each prints comes as one piece.
import { spawn } from 'node:child_process';

const CHECKS = ['format', 'code', 'dist'];

/** Runs one check, and gives its exit code. */
async function check(name: string): Promise<number> {
  const child = spawn('npm', ['run', '--silent', `check:${name}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed.push(chunk);
    });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve(exitCode ?? 1);
    });
  });
  const text = Buffer.concat(printed).toString('utf8').trim();
  console.log(`${name}: ${code === 0 ? 'ok' : 'failed'}${code === 0 || text === '' ? '' : `\n${text}`}`);
  return code;
}

const codes = await Promise.all(CHECKS.map(check));
process.exitCode = Math.max(...codes);
