// Stands in for `npx wrangler secret put`: the value comes from standard input, as with the real one.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { yes: { type: 'boolean' }, name: { type: 'string' } },
});
const [command = '', group, verb, key] = positionals;
if (!/^wrangler@\d/.test(command) || group !== 'secret' || verb !== 'put' || !key || !values.name) {
  console.error(`the sandbox's npx does not know: ${process.argv.slice(2).join(' ')}`);
  process.exit(1);
}
if (!process.env.CLOUDFLARE_API_TOKEN || !process.env.CLOUDFLARE_ACCOUNT_ID) {
  console.error('In a non-interactive environment, CLOUDFLARE_API_TOKEN must be set.');
  process.exit(1);
}
const body = readFileSync(0, 'utf8').trimEnd();
const url = `${process.env.SANDBOX_STORES}/workers/${values.name}/${key}`;
const { ok, status } = await fetch(url, { method: 'PUT', body });
if (!ok) {
  console.error(`A request to the Cloudflare API failed: ${status}`);
  process.exit(1);
}
