import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { expect, onTestFinished, test } from 'vitest';
import { LiveClock } from '../../sandbox/clock.ts';

const MAIN = join(import.meta.dirname, '../../sandbox/main.ts');

/** Starts `npm run sandbox`; gives what it printed once that is whole. */
async function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (problem += chunk));
  const printed = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('Ctrl-C')) resolve(text);
    });
    child.once('close', () => {
      resolve(text);
    });
  });
  const shown = (name: string) => new RegExp(`^ {2}${name} +(\\S+)$`, 'm').exec(printed)?.[1] ?? '';
  return { child, ended, printed, shown, problem: () => problem };
}

test('an App signs in to a sandbox on a live clock with what was printed, and its key is removed at the end', async () => {
  const { child, ended, shown, printed } = await start('--clock', 'live');
  const keyFile = shown('Private key');
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(printed).toContain('goes with the one of this machine');
  expect(printed).not.toContain('SANDBOX_CLOCK_URL');
  const octokit = new Octokit({
    authStrategy: createAppAuth,
    auth: {
      appId: shown('Client ID'),
      privateKey: readFileSync(keyFile, 'utf8'),
      installationId: Number(shown('Installation')),
    },
    baseUrl: shown('GitHub'),
  });
  const { actions } = octokit.rest;
  const at = { owner: 'acme', repo: 'web', name: 'ID' };
  await actions.createRepoVariable({ ...at, value: 'x' });
  expect((await actions.getRepoVariable(at)).data.value).toBe('x');
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(existsSync(keyFile)).toBe(false);
});

test('a clock that is neither live nor still is refused', async () => {
  const { ended, problem } = await start('--clock', 'fast');
  expect(await ended).toBe(2);
  expect(problem()).toBe("--clock must be live or still, not 'fast'\n");
});

test('a live clock goes with the machine, and can still be moved ahead', () => {
  let machine = 1_000;
  const clock = new LiveClock(() => machine);
  clock.advance(500);
  machine = 61_000;
  expect([clock.now(), clock.rfc3339(), clock.httpDate()]).toEqual([
    61_500,
    '1970-01-01T00:01:01Z',
    'Thu, 01 Jan 1970 00:01:01 GMT',
  ]);
});
