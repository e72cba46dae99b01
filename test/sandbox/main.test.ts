import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../sandbox/server.ts';

const HAS_CURL = spawnSync('curl', ['--version']).status === 0;
const MAIN = join(import.meta.dirname, '..', '..', 'sandbox', 'main.ts');

/** Starts the command and gives what it printed once that is whole. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let text = '';
  const printed = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('Ctrl-C')) resolve(text);
    });
  });
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (problem += chunk));
  return { child, printed, ended, problem: () => problem };
}

describe('npm run sandbox', () => {
  it.runIf(HAS_CURL)('prints commands that work, and stops cleanly when it is interrupted', async () => {
    const { child, printed, ended } = start();
    const text = await printed;
    const commands = [...text.matchAll(/^ {2}(curl (?:.*\\\n)*.*)$/gm)].map(([, command]) => command ?? '');
    expect(commands).toHaveLength(8);
    const replies: string[] = [];
    for (const command of commands) {
      replies.push(await shell(command));
    }
    expect(replies[0]).toContain('"success":true');
    expect(replies[1]).toContain('"client_secret":"cfast_');
    expect(replies[2]).toContain('"key_id"');
    expect(replies[3]).toContain('"total_count":0');
    expect(replies[4]).toBe('{}');
    expect(replies[5]).toMatch(/^HTTP\/1\.1 403 /);
    expect(replies[6]).toBe('{"now":"2026-01-06T06:00:00Z"}');
    expect(JSON.parse(replies[7] ?? '')).toHaveLength(5);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('refuses a port that is none, and one that is taken', async () => {
    const wrong = start('--port', '0x');
    expect(await wrong.ended).toBe(2);
    expect(wrong.problem()).toContain("not '0x'");
    const other = await listen(() => Promise.resolve(new Response()));
    onTestFinished(other.close);
    const taken = start('--port', new URL(other.origin).port);
    expect(await taken.ended).toBe(1);
    expect(taken.problem()).toMatch(/^cannot serve: .*EADDRINUSE.*\n$/);
  });
});

function shell(command: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.once('close', () => {
      resolve(text);
    });
  });
}
