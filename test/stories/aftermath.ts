import type { Exchange } from '../../sandbox/exchange.ts';
import { findLeaks, requestHaystacks, type Haystack } from '../../sandbox/leaks.ts';
import type { Job, Step } from '../../sandbox/runner/run-action.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from '../../sandbox/world.ts';
import { openapiCheck } from '../contracts/openapi-check.ts';

/** A part of the step that has run: its main or its post. */
export interface Part extends Omit<Step, 'job'> {
  readonly job: Pick<Job, 'inputs'>;
  /** Such as `run 2` or `post of run 1`. */
  readonly name: string;
  readonly isPost: boolean;
  /** What it sent, as far as it was answered before it ended. */
  readonly requests: readonly Exchange[];
}

const KNOWN_CREDENTIALS: readonly string[] = [
  ...[CLOUDFLARE_CREDENTIALS.write, CLOUDFLARE_CREDENTIALS.read, CLOUDFLARE_CREDENTIALS.key],
  ...Object.values(GITHUB_TOKENS),
];
const CREDENTIAL_INPUTS = [
  'cloudflare-api-token',
  'cloudflare-api-key',
  'github-token',
  'github-app-private-key',
];

/** What a step with these inputs has from the `secrets` context: no story is about a workflow that spells one out. */
export function secretsContext(inputs: Readonly<Record<string, string>>): readonly string[] {
  return [...KNOWN_CREDENTIALS, ...CREDENTIAL_INPUTS.map((name) => inputs[name] ?? '')].filter(
    (credential) => credential.length >= 8,
  );
}

/** All that must be true at the end of every story, whatever it was about: a sentence for each thing that is not. */
export async function wrongs(sandbox: Sandbox, parts: readonly Part[]): Promise<readonly string[]> {
  const { faults, github, clientSecrets } = sandbox;
  const apiCredentials = [
    ...new Set(parts.flatMap(({ job }) => secretsContext(job.inputs))),
    ...github.mintedInstallationTokens().map(({ token }) => token),
  ];
  const left = parts.flatMap(haystacksOf);
  return [
    ...findLeaks({ secrets: clientSecrets, haystacks: [...left, ...requestHaystacks(faults.log)] }).map(
      ({ haystack, secret, form }) => `client secret ${secret + 1} is in ${haystack} (${form})`,
    ),
    ...findLeaks({ secrets: apiCredentials, haystacks: left }).map(
      ({ haystack, form }) => `an API credential is in ${haystack} (${form})`,
    ),
    ...strayCredentials(faults.log, apiCredentials),
    ...faults.unused().map(({ name }) => `the fault '${name}' did not strike`),
    ...parts.flatMap(wrongsOfPart),
    ...(await Promise.all(faults.log.filter(({ service }) => service === 'github').map(offContract))).flat(),
  ];
}

/** What a part left behind. A client secret that it was asked to give is left out where it belongs, and only there. */
function haystacksOf({ name, job, outputs, ...part }: Part): Haystack[] {
  const asked = job.inputs['operation'] === 'lease' || job.inputs['output-client-secret'] === 'true';
  const { 'client-secret': given = '', ...others } = outputs;
  const files = part.files.map((file): Haystack => {
    const isOutput = asked && given !== '' && file.name === 'github_output';
    return { name: `${file.name} of ${name}`, text: isOutput ? file.text.replace(given, '') : file.text };
  });
  return [
    { name: `stdout of ${name}`, text: part.rawStdout, raw: true },
    { name: `stderr of ${name}`, text: part.rawStderr },
    { name: `the log of ${name}`, text: part.log },
    { name: `annotations of ${name}`, text: part.annotations.map(({ message }) => message).join('\n') },
    { name: `outputs of ${name}`, text: JSON.stringify(asked ? others : outputs) },
    { name: `job outputs of ${name}`, text: JSON.stringify(part.jobOutputs) },
    { name: `state of ${name}`, text: JSON.stringify(part.state) },
    { name: `summary of ${name}`, text: part.summary },
    ...files,
  ];
}

/** Credentials belong into the header that authenticates, and each kind to its own service alone. */
function strayCredentials(log: readonly Exchange[], credentials: readonly string[]): string[] {
  const haystacks = log.map((exchange): Haystack => {
    const { service, requestHeaders, path, requestBody, number } = exchange;
    const headers = Object.entries(requestHeaders).filter(
      ([name, value]) => !(authenticates(service, name) && isOfKind(service, value)),
    );
    const text = [path, requestBody, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n');
    return { name: `request ${number} to ${service}`, text };
  });
  return findLeaks({ secrets: credentials, haystacks }).map(
    ({ haystack, form }) => `an API credential strayed into ${haystack} (${form})`,
  );
}

function authenticates(service: string, header: string): boolean {
  return service !== 'application' && ['authorization', 'x-auth-key'].includes(header.toLowerCase());
}

function isOfKind(service: string, header: string): boolean {
  const isGitHub = Object.values(GITHUB_TOKENS).some((token) => header.includes(token));
  const isCloudflare = Object.values(CLOUDFLARE_CREDENTIALS).some((token) => header.includes(token));
  return service === 'github' ? !isCloudflare : !isGitHub;
}

function wrongsOfPart({ name, isPost, exitCode, rawStderr, outputs }: Part): string[] {
  const wrong: string[] = [];
  if (rawStderr !== '') wrong.push(`${name} wrote to stderr: ${rawStderr}`);
  if (exitCode === null) return wrong;
  const { status = '' } = outputs;
  const due = isPost ? 0 : Number(['', 'failed', 'due'].includes(status));
  if (exitCode !== due) wrong.push(`${name} ended with exit code ${exitCode} and status '${status}'`);
  return wrong;
}

async function offContract(exchange: Exchange): Promise<string[]> {
  return (await openapiCheck(exchange)).map((wrong) => `request ${exchange.number} to GitHub: ${wrong}`);
}
