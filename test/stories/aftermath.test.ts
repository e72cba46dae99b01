import { expect } from 'vitest';
import type { Exchange } from '../../sandbox/exchange.ts';
import { CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from '../../sandbox/world.ts';
import { wrongs, type Part } from './aftermath.ts';
import { story } from './story.ts';

story('the end of a story notices what must never be', async ({ run, token, sandbox }) => {
  const part = await run();
  const { secret } = token();
  const inBase64 = Buffer.from(`{"a":"${secret}"}`).toString('base64');
  const tampered: readonly (readonly [Partial<Part>, string])[] = [
    [{ rawStdout: `${part.rawStdout}\n${inBase64}` }, 'client secret 2 is in stdout of run 1 (base64)'],
    [{ summary: secret }, 'client secret 2 is in summary of run 1 (plain)'],
    [{ state: { kept: secret } }, 'client secret 2 is in state of run 1 (plain)'],
    [{ outputs: { ...part.outputs, 'client-id': secret } }, 'client secret 2 is in outputs of run 1 (plain)'],
    [{ files: [{ name: 'temp/log', text: secret }] }, 'client secret 2 is in temp/log of run 1 (plain)'],
    [{ rawStdout: GITHUB_TOKENS.write }, 'an API credential is in stdout of run 1 (plain)'],
    [{ rawStderr: 'a warning' }, 'run 1 wrote to stderr: a warning'],
    [{ exitCode: 1 }, "run 1 ended with exit code 1 and status 'created'"],
  ];
  for (const [change, wrong] of tampered) {
    expect(await wrongs(sandbox, [{ ...part, ...change }])).toEqual([wrong]);
  }
});

story('the end of a story looks at every request', async ({ run, sandbox }) => {
  const part = await run();
  const { log } = sandbox.faults;
  const [reading] = log.filter(({ service, path }) => service === 'github' && path.endsWith('public-key'));
  if (reading === undefined) throw new Error('a public key is read');
  const { write } = CLOUDFLARE_CREDENTIALS;
  const strays: readonly (readonly [Partial<Exchange>, RegExp])[] = [
    [{ requestBody: sandbox.clientSecrets[0] ?? '' }, /^client secret 1 is in request \d+: github GET/],
    [
      { requestHeaders: { ...reading.requestHeaders, authorization: `Bearer ${write}` } },
      /strayed into request/,
    ],
    [{ path: `${reading.path}?token=${write}` }, /strayed into request/],
    [{ responseBody: '{}' }, /^request \d+ to GitHub: .* must have required property/],
  ];
  for (const [change, wrong] of strays) {
    log.push({ ...reading, ...change });
    expect(await wrongs(sandbox, [part])).toEqual(expect.arrayContaining([expect.stringMatching(wrong)]));
    log.pop();
  }
  sandbox.faults.add({ name: 'never met', effect: { kind: 'reset', when: 'before' } });
  expect(await wrongs(sandbox, [part])).toEqual(["the fault 'never met' did not strike"]);
  sandbox.faults.clear();
});
