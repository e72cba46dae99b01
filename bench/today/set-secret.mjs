// `node set-secret.mjs owner/name NAME VALUE`: does what `gh secret set` does.
import sodium from 'libsodium-wrappers';

const [repository, name, value] = process.argv.slice(2);
const secrets = `${process.env.GITHUB_API_URL}/repos/${repository}/actions/secrets`;

async function request(path, init) {
  const headers = { authorization: `Bearer ${process.env.GITHUB_TOKEN}`, 'user-agent': 'set-secret' };
  const reply = await fetch(`${secrets}/${path}`, { ...init, headers });
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return reply;
}

const { key, key_id } = await (await request('public-key')).json();
await sodium.ready;
const sealed = sodium.crypto_box_seal(Buffer.from(value), Buffer.from(key, 'base64'));
const body = JSON.stringify({ encrypted_value: Buffer.from(sealed).toString('base64'), key_id });
await request(name, { method: 'PUT', body });
