// `npm run sandbox [-- --port N] [--clock live]`: serves both services on loopback until it is interrupted.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluate, inputVariable, readActionDefinition } from './runner/action-definition.ts';
import { LiveClock } from './clock.ts';
import { Sandbox } from './sandbox.ts';
import { serve, VIRTUAL_TIME, type Served } from './serve.ts';
import { ACCOUNT, APP_PERMISSIONS, CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from './world.ts';

const ROOT = join(import.meta.dirname, '..');

interface InstalledApp {
  readonly clientId: string;
  readonly privateKeyFile: string;
  readonly installationId: number | undefined;
  /** Removes the private key. */
  readonly remove: () => Promise<void>;
}

/** A GitHub App that is installed at acme, with its private key in a file that only this user can read. */
async function installApp(sandbox: Sandbox): Promise<InstalledApp> {
  const { clientId, privateKeyPem, installationIds } = sandbox.github.addApp({
    slug: 'sandbox',
    installations: [{ owner: 'acme', repositories: 'all', permissions: APP_PERMISSIONS }],
  });
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-app-'));
  const privateKeyFile = join(folder, 'private-key.pem');
  await writeFile(privateKeyFile, privateKeyPem ?? '', { mode: 0o600 });
  return {
    clientId,
    privateKeyFile,
    installationId: installationIds[0],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** How to call the services and run the action, as text to copy from. */
async function instructions(
  sandbox: Sandbox,
  served: Served,
  app: InstalledApp,
  live: boolean,
): Promise<string> {
  const { cloudflare, github, application, control } = served.origins;
  const tokens = `${cloudflare}/client/v4/accounts/${ACCOUNT}/access/service_tokens`;
  const asCloudflare = `-H 'Authorization: Bearer ${CLOUDFLARE_CREDENTIALS.write}'`;
  const asGitHub = `-H 'Authorization: Bearer ${GITHUB_TOKENS.write}'`;
  const clock = live ? 'goes with the one of this machine' : 'moves only when it is told to';
  return `The sandbox is up. Its clock shows ${sandbox.clock.rfc3339()} and ${clock}.

  Cloudflare    ${cloudflare}/client/v4
  GitHub        ${github}
  Application   ${application}
  Control       ${control}

Cloudflare: list service tokens, create one

  curl -s ${asCloudflare} ${tokens}
  curl -s ${asCloudflare} -H 'Content-Type: application/json' \\
    -d '{"name":"by-hand"}' ${tokens}

GitHub: a public key, the stored secrets

  curl -s ${asGitHub} ${github}/repos/acme/web/actions/secrets/public-key
  curl -s ${asGitHub} ${github}/repos/acme/web/actions/secrets

GitHub App: installed at acme (for clients that sign with the time of this machine: --clock live)

  Client ID     ${app.clientId}
  Private key   ${app.privateKeyFile}
  Installation  ${app.installationId ?? ''}

Application: what GitHub holds for acme/web (no real GitHub would tell), and a login with a pair

  curl -s ${control}/stored-pair
  curl -si -H 'CF-Access-Client-Id: …' -H 'CF-Access-Client-Secret: …' ${application}/

The clock: a day later; every exchange so far

  curl -s -X POST '${control}/advance?ms=86400000'
  curl -s ${control}/log

The action, as the runner starts it (outputs and summary go to files, which are shown at the end)

${await actionCommand(served, live)}

Ctrl-C stops the sandbox.
`;
}

/** On a live clock the action waits as it does for real; on one that stands still it moves it. */
async function actionCommand(served: Served, live: boolean): Promise<string> {
  const { inputs = {}, github = {}, env = {} } = served.step();
  const definition = await readActionDefinition(ROOT);
  const context = { repository: 'acme/web', ...github };
  const defaults = definition.inputs.map((input): [string, string] => [
    input.name,
    evaluate(input.default, context),
  ]);
  const values = Object.entries({ ...Object.fromEntries(defaults), ...inputs }).filter(
    ([, value]) => value !== '',
  );
  const variables = [
    ...values.map(([name, value]) => `'${inputVariable(name)}=${value}'`),
    "'GITHUB_REPOSITORY=acme/web' 'GITHUB_RUN_ID=1' 'GITHUB_RUN_ATTEMPT=1' 'GITHUB_JOB=rotate'",
    `'GITHUB_API_URL=${served.origins.github}'`,
    ...(live ? [] : [`'SANDBOX_CLOCK_URL=${env['SANDBOX_CLOCK_URL'] ?? ''}'`]),
    ...(live ? [] : [`'SANDBOX_WALL_CLOCK=${env['SANDBOX_WALL_CLOCK'] ?? ''}'`]),
    '"GITHUB_OUTPUT=$files/output" "GITHUB_STATE=$files/state" "GITHUB_STEP_SUMMARY=$files/summary"',
  ];
  return [
    '  files=$(mktemp -d); touch "$files/output" "$files/state" "$files/summary"',
    `  env ${variables.join(' \\\n    ')} \\`,
    `    ${[process.execPath, ...(live ? [] : VIRTUAL_TIME)].join(' ')} \\`,
    `    ${join(ROOT, definition.main)}`,
    '  cat "$files/output" "$files/summary"',
  ].join('\n');
}

const { values } = parseArgs({ options: { port: { type: 'string' }, clock: { type: 'string' } } });
const port = values.port === undefined ? undefined : Number(values.port);
if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_533)) {
  console.error(`--port must be a number from 1 to 65532, not '${values.port ?? ''}'`);
  process.exit(2);
}
if (values.clock !== undefined && values.clock !== 'live' && values.clock !== 'still') {
  console.error(`--clock must be live or still, not '${values.clock}'`);
  process.exit(2);
}
const live = values.clock === 'live';
const sandbox = new Sandbox(live ? { clock: new LiveClock() } : {});
const served = await serve(sandbox, port).catch((error: unknown) => {
  console.error(`cannot serve: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
const app = await installApp(sandbox);
const stop = (): void => {
  void served.close();
  void app.remove();
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
console.log(await instructions(sandbox, served, app, live));
