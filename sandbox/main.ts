// `npm run sandbox [-- --port N]`: serves both services on loopback until it is interrupted.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluate, inputVariable, readActionDefinition } from './runner/action-definition.ts';
import { Sandbox } from './sandbox.ts';
import { serve, VIRTUAL_TIME, type Served } from './serve.ts';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from './world.ts';

const ROOT = join(import.meta.dirname, '..');

/** How to call the services and run the action, as text to copy from. */
async function instructions(sandbox: Sandbox, served: Served): Promise<string> {
  const { cloudflare, github, application, control } = served.origins;
  const tokens = `${cloudflare}/client/v4/accounts/${ACCOUNT}/access/service_tokens`;
  const asCloudflare = `-H 'Authorization: Bearer ${CLOUDFLARE_CREDENTIALS.write}'`;
  const asGitHub = `-H 'Authorization: Bearer ${GITHUB_TOKENS.write}'`;
  return `The sandbox is up. Its clock shows ${sandbox.clock.rfc3339()} and moves only when it is told to.

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

Application: what GitHub holds for acme/web (no real GitHub would tell), and a login with a pair

  curl -s ${control}/stored-pair
  curl -si -H 'CF-Access-Client-Id: …' -H 'CF-Access-Client-Secret: …' ${application}/

The clock: a day later; every exchange so far

  curl -s -X POST '${control}/advance?ms=86400000'
  curl -s ${control}/log

The action, as the runner starts it (outputs and summary go to files, which are shown at the end)

${await actionCommand(served)}

Ctrl-C stops the sandbox.
`;
}

async function actionCommand(served: Served): Promise<string> {
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
    `'GITHUB_API_URL=${served.origins.github}' 'SANDBOX_CLOCK_URL=${env['SANDBOX_CLOCK_URL'] ?? ''}'`,
    `'SANDBOX_WALL_CLOCK=${env['SANDBOX_WALL_CLOCK'] ?? ''}'`,
    '"GITHUB_OUTPUT=$files/output" "GITHUB_STATE=$files/state" "GITHUB_STEP_SUMMARY=$files/summary"',
  ];
  return [
    '  files=$(mktemp -d); touch "$files/output" "$files/state" "$files/summary"',
    `  env ${variables.join(' \\\n    ')} \\`,
    `    ${process.execPath} ${VIRTUAL_TIME.join(' ')} \\`,
    `    ${join(ROOT, definition.main)}`,
    '  cat "$files/output" "$files/summary"',
  ].join('\n');
}

const { values } = parseArgs({ options: { port: { type: 'string' } } });
const port = values.port === undefined ? undefined : Number(values.port);
if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_533)) {
  console.error(`--port is to be a number from 1 to 65532, not '${values.port ?? ''}'`);
  process.exit(2);
}
const sandbox = new Sandbox();
const served = await serve(sandbox, port).catch((error: unknown) => {
  console.error(`cannot serve: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
const stop = (): void => {
  void served.close();
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
console.log(await instructions(sandbox, served));
