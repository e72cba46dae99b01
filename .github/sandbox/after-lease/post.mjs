// Fails where a leased token outlived its job. Only what the job's own env names is called.
const { CLOUDFLARE, CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID } = process.env;

const reply = await fetch(`${CLOUDFLARE}/accounts/${CLOUDFLARE_ACCOUNT_ID}/access/service_tokens`, {
  headers: { authorization: `Bearer ${CLOUDFLARE_API_TOKEN}` },
});
const { result } = await reply.json();
const names = result.map(({ name }) => name);
console.log(`Service tokens: ${names.join(', ')}`);
if (!names.includes('ci')) throw new Error('the token that was created is not there');
if (names.some((name) => name.startsWith('lease-'))) throw new Error('a leased token outlived its job');
