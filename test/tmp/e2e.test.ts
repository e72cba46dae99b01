import { expect, it } from 'vitest';
import { Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { runInProcess } from '../../sandbox/in-process-run.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
const worlds = { live: {}, documented: { updateReplyWithoutSecret: true }, truncated: { truncatePreviousExpirySeconds: true }, 'truncated documented': { truncatePreviousExpirySeconds: true, updateReplyWithoutSecret: true }, hiddenP: { hidePreviousExpiry: 'always' }, hiddenV: { hideVersion: true }, both: { hidePreviousExpiry: 'always', hideVersion: true }, hiddenPdoc: { hidePreviousExpiry: 'always', updateReplyWithoutSecret: true },hiddenVdoc: { hideVersion: true, updateReplyWithoutSecret: true } , bothdoc: { hidePreviousExpiry: 'always', hideVersion: true, updateReplyWithoutSecret:true }} as const;
for (const [name, cloudflareSwitches] of Object.entries(worlds)) {
  it(name, async () => {
    const sandbox = new Sandbox({ cloudflareSwitches });
    const lines: string[] = [];
    let refused = 0;
    for (let i = 0; i < 20; i += 1) {
      const before = sandbox.cloudflare.mintedSecrets.length;
      const oldPair = sandbox.storedPair(WEB);
      const t = await runInProcess(sandbox, { inputs: { 'rotate-after': '30d' , 'renew-before': '100d'} });
      lines.push(`${t.exitCode} ${t.outputs['status']} ${t.outputs['reason']} minted ${sandbox.cloudflare.mintedSecrets.length - before} logs in ${sandbox.logsIn(WEB)} old ${oldPair.clientId === undefined ? '-' : sandbox.cloudflare.authenticate(oldPair.clientId, oldPair.clientSecret ?? '').ok}`);
      if (oldPair.clientId !== undefined && !sandbox.cloudflare.authenticate(oldPair.clientId, oldPair.clientSecret ?? '').ok) refused += 1;
      if (t.exitCode !== 0 || i === 0) lines.push(...t.log.slice(-14));
      sandbox.clock.advance(i % 3 === 0 ? HOUR : 16 * DAY);
    }
    console.log(name + '\n' + lines.join('\n'));
    expect(refused).toBe(0);
    expect(lines.filter((l) => l.startsWith('1 '))).toEqual([]);
  });
}
