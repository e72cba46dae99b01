// Stands in for `gcloud secrets versions add NAME --data-file=-`: stores standard input byte for byte.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'data-file': { type: 'string' }, project: { type: 'string' } },
});
const [group, object, verb, name] = positionals;
const known = group === 'secrets' && object === 'versions' && verb === 'add' && values['data-file'] === '-';
if (!known || !name || !values.project) {
  console.error(`the sandbox's gcloud does not know: ${process.argv.slice(2).join(' ')}`);
  process.exit(2);
}
const { ok, status } = await fetch(`${process.env.SANDBOX_STORES}/secrets/${name}`, {
  method: 'PUT',
  body: readFileSync(0),
});
if (!ok) {
  console.error(`ERROR: (gcloud.secrets.versions.add) HTTPError ${status}`);
  process.exit(1);
}
