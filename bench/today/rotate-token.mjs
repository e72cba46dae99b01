// `node rotate-token.mjs NAME`: rotates a service token with Cloudflare's own SDK, and prints the pair.
import Cloudflare from 'cloudflare';

const [name] = process.argv.slice(2);
const client = new Cloudflare();
const scope = { account_id: process.env.CLOUDFLARE_ACCOUNT_ID };
const tokens = client.zeroTrust.access.serviceTokens;
for await (const token of tokens.list({ ...scope, name })) {
  const { client_id, client_secret } = await tokens.rotate(token.id, scope);
  console.log(`${client_id}\n${client_secret}`);
  break;
}
