import { beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from '../../sandbox/in-process-run.ts';
import { Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { DAY } from '../../src/model/time.ts';

const entry = (name: string, key = 'name'): string =>
  `  - { ${key}: ${name}, client-id-name: ${key}_ID, client-secret-name: ${key}_SECRET, targets: repository=acme/web }`;
const TWO = `
defaults:
  rotate-after: 30d
tokens:
  - { name: one, client-id-name: ONE_ID, client-secret-name: ONE_SECRET, targets: repository=acme/api }
  - { name: two, client-id-name: TWO_ID, client-secret-name: TWO_SECRET, targets: repository=acme/web }
`;

describe('the tokens of one run', () => {
  let sandbox: Sandbox;
  const idOf = (name: string): string => sandbox.cloudflare.findByName(name)[0]?.id ?? '';
  const run = (manifest: string) => runInProcess(sandbox, { inputs: { manifest, 'token-name': '' } });
  const statuses = (outputs: Readonly<Record<string, string>>): readonly string[] =>
    (JSON.parse(outputs['tokens'] ?? '[]') as { readonly status: string }[]).map(({ status }) => status);

  beforeEach(async () => {
    sandbox = new Sandbox();
    expect((await run(TWO)).exitCode).toBe(0);
    sandbox.clock.advance(31 * DAY);
  });

  it('are left alone if two entries turn out to be one token', async () => {
    const before = sandbox.cloudflare.mintedSecrets.length;
    const { exitCode, outputs } = await run(`tokens:\n${entry('one')}\n${entry(idOf('one'), 'id')}\n`);
    expect(exitCode).toBe(1);
    expect(outputs['message']).toContain('are one service token');
    expect(sandbox.cloudflare.mintedSecrets).toHaveLength(before);
  });

  it('are told of once, although each is read again', async () => {
    const { log } = await run(TWO);
    const lines = log.filter((line) => line.startsWith('['));
    expect(lines).toContain('[two] Steps: rotate the client secret.');
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('may wait although another one has failed', async () => {
    const refused = { kind: 'reply', when: 'before', status: 403 } as const;
    const limited = { ...refused, status: 429, headers: { 'retry-after': '60' } };
    sandbox.faults.add({ name: 'refused', method: 'DELETE', path: /acme\/api/, effect: refused });
    const path = new RegExp(idOf('two'));
    sandbox.faults.add({ name: 'limited', method: 'PUT', path, effect: limited });
    const { exitCode, outputs } = await run(TWO);
    expect(sandbox.faults.unused()).toEqual([]);
    expect([exitCode, statuses(outputs)]).toEqual([1, ['failed', 'rotated']]);
  });

  it('are each read again right before they are rotated', async () => {
    const id = idOf('two');
    sandbox.secondWriter.add({
      method: 'GET',
      path: new RegExp(`/${id}$`),
      when: 'before',
      act: () => {
        // A person rotates it, and stores it where it belongs.
        sandbox.cloudflare.rotate(id);
        const secret = sandbox.cloudflare.find(id)?.secret ?? '';
        sandbox.github.setSecret(WEB.place, 'TWO_SECRET', secret);
      },
    });
    const before = sandbox.cloudflare.mintedSecrets.length;
    await run(TWO);
    // Only the other one.
    expect(sandbox.cloudflare.mintedSecrets).toHaveLength(before + 2);
    expect(sandbox.secondWriter.unused()).toEqual([]);
  });
});
