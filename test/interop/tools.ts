import { spawn } from 'node:child_process';

/** What a program of others did. */
export interface Ran {
  readonly ok: boolean;
  /** Both of its outputs. */
  readonly output: string;
}

/** Runs a program to its end, or for ten minutes. A program that is missing is not ok. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const { cwd, env = {} } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 600_000,
    });
    let output = '';
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', ({ message }) => {
      resolve({ ok: false, output: message });
    });
    child.on('close', (code) => {
      resolve({ ok: code === 0, output });
    });
  });
}

/** @returns what was printed; @throws Error with it if the program failed */
export async function demand(running: Promise<Ran>): Promise<string> {
  const { ok, output } = await running;
  if (!ok) throw new Error(output.trim());
  return output.trim();
}

/** The Python that has these packages; `INTEROP_PYTHON` names it, else it is `python3`. */
export async function pythonWith(module: string): Promise<string | undefined> {
  const python = process.env['INTEROP_PYTHON'] ?? 'python3';
  return (await run(python, ['-c', `import ${module}`])).ok ? python : undefined;
}

export async function has(command: string, ...args: readonly string[]): Promise<boolean> {
  return (await run(command, args)).ok;
}
