import { describe, expect, it } from 'vitest';
import { parseFileCommands } from '../../sandbox/runner/file-commands.ts';
import { LineSplitter } from '../../sandbox/runner/line-splitter.ts';
import { runAction, runPost } from '../../sandbox/runner/run-action.ts';
import { actionFolder } from './action-folder.ts';

const PRINT_ENVIRONMENT = 'console.log(JSON.stringify(process.env))';

function environmentIn(stdout: string): Record<string, string | undefined> {
  return JSON.parse(stdout) as Record<string, string | undefined>;
}

describe('runAction', () => {
  it('sets every input: given, empty, by default, not at all', async () => {
    const action = await actionFolder(PRINT_ENVIRONMENT);
    const step = await runAction({ action, inputs: { First: '', 'with space': ' x ', unheard: 'of' } });
    const env = environmentIn(step.rawStdout);
    expect(env).toMatchObject({
      INPUT_FIRST: '',
      INPUT_REPOSITORY: 'acme/web',
      INPUT_WITH_SPACE: ' x ',
      'INPUT_NEVER-GIVEN': '',
      INPUT_UNHEARD: 'of',
    });
    expect(step.annotations.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Unexpected input\(s\) 'unheard', valid inputs are \['first', /),
    ]);
  });

  it('gives the runner’s own variables and nothing of this process', async () => {
    process.env['OF_THIS_PROCESS'] = 'yes';
    const step = await runAction({
      action: await actionFolder(PRINT_ENVIRONMENT),
      env: { CLOUDFLARE_API_TOKEN: 't' },
      github: { repository: 'acme/api', api_url: 'http://127.0.0.1:1' },
    });
    delete process.env['OF_THIS_PROCESS'];
    const env = environmentIn(step.rawStdout);
    expect(env).toMatchObject({
      CLOUDFLARE_API_TOKEN: 't',
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: 'http://127.0.0.1:1',
      GITHUB_REPOSITORY: 'acme/api',
      GITHUB_REPOSITORY_OWNER: 'acme',
      INPUT_REPOSITORY: 'acme/api',
      RUNNER_OS: 'Linux',
    });
    expect(env).not.toHaveProperty('OF_THIS_PROCESS');
    expect(env).not.toHaveProperty('RUNNER_DEBUG');
  });

  it('prints the inputs before the step begins, with the job’s secrets masked', async () => {
    const step = await runAction({
      action: await actionFolder('console.log("the log")'),
      inputs: { first: 's3cret' },
      secrets: ['s3cret'],
    });
    expect(step.log.split('\n')).toEqual([
      expect.stringMatching(/^##\[group\]Run /),
      'with:',
      '  first: ***',
      '  repository: acme/web',
      '##[endgroup]',
      'the log',
    ]);
  });

  it('reads outputs, state, variables, folders and the summary from their files', async () => {
    const action = await actionFolder(`
      import { appendFileSync } from 'node:fs';
      const put = (name, text) => appendFileSync(process.env['GITHUB_' + name], text);
      console.log('::add-mask::s3cret');
      put('OUTPUT', 'plain=a=b\\nlong<<EOF\\nx\\n\\ny\\nEOF\\nhidden=has s3cret\\n');
      put('STATE', 'kept=1\\n');
      put('ENV', 'VARIABLE=v\\n');
      put('PATH', '/tools\\n');
      put('STEP_SUMMARY', '# s3cret\\nrest');
    `);
    const step = await runAction({ action });
    expect(step).toMatchObject({
      conclusion: 'success',
      outputs: { plain: 'a=b', long: 'x\n\ny', hidden: 'has s3cret' },
      jobOutputs: { plain: 'a=b', long: 'x\n\ny' },
      state: { kept: '1' },
      env: { VARIABLE: 'v' },
      path: ['/tools'],
      summary: '# ***\nrest',
      masks: ['s3cret'],
    });
    expect(step.jobOutputs).not.toHaveProperty('hidden');
    expect(step.log).toContain("Skip output 'hidden' since it may contain secret.");
    expect(step.files.find(({ name }) => name === 'github_step_summary')?.text).toBe('# s3cret\nrest');
  });

  it('drops a summary over 1 MiB with an error, and the step does not fail', async () => {
    const step = await runAction({
      action: await actionFolder(`
        import { writeFileSync } from 'node:fs';
        writeFileSync(process.env.GITHUB_STEP_SUMMARY, 'x'.repeat(1024 * 1024 + 1));
      `),
    });
    expect(step).toMatchObject({ conclusion: 'success', summary: '' });
    expect(step.annotations[0]?.message).toMatch(/^\$GITHUB_STEP_SUMMARY upload aborted/);
  });

  it.each([
    ['a file that it cannot read', 'no separator\\n', 'OUTPUT'],
    ['a NODE_OPTIONS for later steps', 'NODE_OPTIONS=--inspect\\n', 'ENV'],
  ])('fails the step for %s', async (_what, text, file) => {
    const action = await actionFolder(`
      import { writeFileSync } from 'node:fs';
      writeFileSync(process.env.GITHUB_${file}, '${text}');
    `);
    expect(await runAction({ action })).toMatchObject({ exitCode: 0, conclusion: 'failure' });
  });

  it('reads commands on both streams, and tells exit codes', async () => {
    const step = await runAction({
      action: await actionFolder(
        `console.error('::warning::from stderr'); console.log('out'); process.exitCode = 3`,
      ),
    });
    expect(step).toMatchObject({ exitCode: 3, signal: null, conclusion: 'failure', rawStdout: 'out\n' });
    expect(step.annotations).toEqual([{ level: 'warning', title: undefined, message: 'from stderr' }]);
  });

  it('logs outputs and state where debugging is on', async () => {
    const step = await runAction({
      action: await actionFolder(`
        import { appendFileSync } from 'node:fs';
        appendFileSync(process.env.GITHUB_STATE, 'kept=' + process.env.RUNNER_DEBUG);
      `),
      debug: true,
    });
    expect(step.log).toContain('##[debug]Save intra-action state kept = 1');
  });
});

describe('runPost', () => {
  it('has the inputs, the state and the masks of the main part', async () => {
    const action = await actionFolder(
      `import { appendFileSync } from 'node:fs';
       console.log('::add-mask::s3cret');
       appendFileSync(process.env.GITHUB_STATE, 'Kept=1\\n');
       process.exitCode = 1;`,
      `console.log(process.env.STATE_Kept, process.env.INPUT_FIRST, 's3cret')`,
    );
    const post = await runPost(await runAction({ action }));
    expect(post?.log).toMatch(/\n1 one \*\*\*$/);
  });
});

describe('cancelling', () => {
  const saidReady = 'console.log("ready"); setInterval(() => {}, 1000);';

  /** Cancels as soon as the step has printed its first line. */
  async function cancelled(main: string, scale: number) {
    const controller = new AbortController();
    return runAction({
      action: await actionFolder(main),
      cancel: { signal: controller.signal, scale },
      onSpawn: (child) =>
        child.stdout?.once('data', () => {
          controller.abort();
        }),
    });
  }

  it('interrupts the step, which may finish what it was doing', async () => {
    const step = await cancelled(
      `process.on('SIGINT', () => { console.log('finishing'); process.exit(1); }); ${saidReady}`,
      1,
    );
    expect(step).toMatchObject({ exitCode: 1, signal: null, conclusion: 'cancelled' });
    expect(step.log).toMatch(/finishing$/);
  });

  it('ends with SIGTERM a step that ignores SIGINT', async () => {
    const step = await cancelled(`process.on('SIGINT', () => {}); ${saidReady}`, 0.01);
    expect(step).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });

  it('kills a step that ignores both', async () => {
    const step = await cancelled(
      `for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => {}); ${saidReady}`,
      0.01,
    );
    expect(step).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });
});

describe('parseFileCommands', () => {
  it.each([
    ['a<<EOF\n=\n<<\nEOF\nb=<<c', { a: '=\n<<', b: '<<c' }],
    ['a<<EOF\nEOF', { a: '' }],
    ['\n\na=1\na=2\n', { a: '2' }],
  ])('reads %j', (text, pairs) => {
    expect(parseFileCommands(text)).toEqual(pairs);
  });

  it.each(['no separator', '=value', '<<EOF\nEOF', 'a<<EOF\nvalue', 'a<<\n'])('refuses %j', (text) => {
    expect(() => parseFileCommands(text)).toThrow('Invalid');
  });
});

describe('LineSplitter', () => {
  it.each([
    [
      ['a\nb\r', '\nc\rd'],
      ['a', 'b', 'c', 'd'],
    ],
    [
      ['a\r', 'b\r'],
      ['a', 'b'],
    ],
    [['\n\n'], ['', '']],
  ])('cuts %j', (chunks, lines) => {
    const seen: string[] = [];
    const splitter = new LineSplitter((line) => seen.push(line));
    for (const chunk of chunks) splitter.push(chunk);
    splitter.end();
    expect(seen).toEqual(lines);
  });
});
