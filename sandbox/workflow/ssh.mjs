// Stands in for ssh: runs the command with a shell in the home folder of the sandbox's server, which knows no names
// but those in the known_hosts file, and no caller without a key.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    identity: { type: 'string', short: 'i' },
    option: { type: 'string', short: 'o', multiple: true },
  },
});
const [destination = '', ...command] = positionals;
const host = destination.replace(/^.*@/, '');
const knownHosts = values.option?.find((one) => one.startsWith('UserKnownHostsFile='))?.split('=')[1];
const known = knownHosts === undefined ? '' : readFileSync(knownHosts, 'utf8');
if (!known.split('\n').some((line) => line.startsWith(`${host} `))) {
  console.error('Host key verification failed.');
  process.exit(255);
}
if (values.identity === undefined || !readFileSync(values.identity, 'utf8').includes('PRIVATE KEY')) {
  console.error(`${destination}: Permission denied (publickey).`);
  process.exit(255);
}
const up = await fetch(`${process.env.SANDBOX_STORES}/up`);
if (!up.ok) {
  console.error(`ssh: connect to host ${host} port 22: Connection refused`);
  process.exit(255);
}
const home = process.env.SANDBOX_SERVER;
const { status } = spawnSync('/bin/sh', ['-c', command.join(' ')], {
  cwd: home,
  env: { HOME: home, PATH: '/usr/bin:/bin' },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
