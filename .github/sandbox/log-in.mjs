// Logs in at the sandbox's application with the pair that its GitHub holds, and with the leased one.
import assert from 'node:assert/strict';

const { APPLICATION, CONTROL, STATUSES, LEASED_ID, LEASED_SECRET } = process.env;

async function statusWith(id, secret) {
  const headers = { 'cf-access-client-id': id, 'cf-access-client-secret': secret };
  const { status } = await fetch(APPLICATION, { headers, redirect: 'manual' });
  return status;
}

assert.equal(STATUSES, 'created rotated leased');
const stored = await (await fetch(`${CONTROL}/stored-pair`)).json();
assert.equal(await statusWith(stored.clientId, stored.clientSecret), 200);
assert.equal(await statusWith(LEASED_ID, LEASED_SECRET), 200);
assert.notEqual(await statusWith(stored.clientId, 'wrong'), 200);
console.log('Access let in the delivered pair and the leased one, and refused a wrong one.');
