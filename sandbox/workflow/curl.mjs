// Stands in for curl on a machine that has none: GET or POST with headers, and what a health check needs of the options.
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fail: { type: 'boolean', short: 'f' },
    silent: { type: 'boolean', short: 's' },
    'show-error': { type: 'boolean', short: 'S' },
    header: { type: 'string', short: 'H', multiple: true },
    'max-time': { type: 'string' },
    'data-raw': { type: 'string' },
  },
});
const headers = (values.header ?? []).map((header) => {
  const at = header.indexOf(':');
  return [header.slice(0, at), header.slice(at + 1).trim()];
});
const posted = values['data-raw'] === undefined ? {} : { method: 'POST', body: values['data-raw'] };
for (const url of positionals) {
  const response = await fetch(url, { headers, redirect: 'manual', ...posted });
  if (values.fail && response.status >= 400) {
    console.error(`curl: (22) The requested URL returned error: ${response.status}`);
    process.exitCode = 22;
  } else {
    process.stdout.write(await response.text());
  }
}
