import { filesOf, recordingRunner, runInProcess, stepEnvironment } from '../sandbox/in-process-run.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { DAY } from '../src/model/time.ts';
import { post } from '../src/post.ts';
import { run } from '../src/main.ts';

/** How many requests one operation sent to each of the two APIs. */
export interface Requests {
  readonly cloudflare: number;
  readonly github: number;
}

type Inputs = Readonly<Record<string, string>>;

interface Operation {
  readonly name: string;
  readonly inputs?: Inputs;
  /** Inputs of a run before it, two days earlier, that is not counted; none if not given. */
  readonly after?: Inputs;
  /** The main and the post step, where both have something to do. */
  readonly withPost?: boolean;
}

/** `count` repositories, as the input `repository` takes them. */
export function repositories(count: number): Inputs {
  const names = Array.from({ length: count }, (_, index) => `acme/service-${index + 1}`);
  return { repository: names.join('\n') };
}

const MANIFEST = `
defaults:
  rotate-after: 30d
tokens:
  - name: one
    targets: [{ repository: acme/web, client-id-name: ONE_ID, client-secret-name: ONE_SECRET }]
  - name: two
    targets: [{ repository: acme/web, client-id-name: TWO_ID, client-secret-name: TWO_SECRET }]
  - name: three
    targets: [{ repository: acme/api, client-id-name: THREE_ID, client-secret-name: THREE_SECRET }]
`;

export const OPERATIONS: readonly Operation[] = [
  { name: 'create, 1 target' },
  { name: 'rotate, 1 target', after: {} },
  { name: 'rotate, 3 targets', after: repositories(3), inputs: repositories(3) },
  { name: 'rotate, 10 targets', after: repositories(10), inputs: repositories(10) },
  { name: 'nothing to do, 1 target', after: {}, inputs: { 'rotate-after': '30d' } },
  {
    name: 'nothing to do, 10 targets',
    after: repositories(10),
    inputs: { ...repositories(10), 'rotate-after': '30d' },
  },
  {
    name: 'rotate, 1 target, client ID in a variable',
    after: { 'client-id-kind': 'variable' },
    inputs: { 'client-id-kind': 'variable' },
  },
  {
    name: 'nothing to do, 1 target, client ID in a variable',
    after: { 'client-id-kind': 'variable' },
    inputs: { 'client-id-kind': 'variable', 'rotate-after': '30d' },
  },
  {
    name: 'nothing to do, 3 tokens in 2 places',
    after: { manifest: MANIFEST, 'token-name': '' },
    inputs: { manifest: MANIFEST, 'token-name': '' },
  },
  { name: 'check', after: {}, inputs: { operation: 'check' } },
  {
    name: 'check, whole account',
    after: {},
    inputs: { operation: 'check', 'token-name': '', 'github-token': '' },
  },
  { name: 'renew', after: {}, inputs: { operation: 'renew', 'github-token': '' } },
  { name: 'revoke', after: { 'grace-period': '30d' }, inputs: { operation: 'revoke', 'github-token': '' } },
  { name: 'delete', after: {}, inputs: { operation: 'delete' } },
  { name: 'lease and its post step', inputs: { operation: 'lease', 'github-token': '' }, withPost: true },
];

/** Runs an operation in this process against a sandbox of its own. @throws Error where it fails */
export async function countRequests({ inputs = {}, after, withPost }: Operation): Promise<Requests> {
  const sandbox = new Sandbox();
  for (let number = 1; number <= 10; number += 1) {
    sandbox.github.addRepository({ owner: 'acme', name: `service-${number}` });
  }
  if (after !== undefined) {
    // The second run is the first rotation: a token that was just created has no grace.
    for (let earlier = 0; earlier < 2; earlier += 1) {
      await demand(runInProcess(sandbox, { inputs: after }));
      sandbox.clock.advance(2 * DAY);
    }
  }
  const before = sandbox.faults.log.length;
  if (withPost === true) await mainAndPost(sandbox, inputs);
  else await demand(runInProcess(sandbox, { inputs }));
  const sent = sandbox.faults.log.slice(before);
  const to = (name: string): number => sent.filter(({ service }) => service === name).length;
  return { cloudflare: to('cloudflare'), github: to('github') };
}

async function demand(running: ReturnType<typeof runInProcess>): Promise<void> {
  const { exitCode, log } = await running;
  if (exitCode !== 0) throw new Error(log.join('\n'));
}

async function mainAndPost(sandbox: Sandbox, inputs: Inputs): Promise<void> {
  const { runner, transcript } = recordingRunner();
  const deps = {
    env: stepEnvironment({ ...sandbox.inputs(), ...inputs }),
    runner,
    fetch: sandbox.fetch,
    time: sandbox.time,
    files: filesOf({}),
    randomBytes: sandbox.random,
    cancelled: new AbortController().signal,
  };
  await run(deps);
  await post(deps);
  const { exitCode, log } = transcript();
  if (exitCode !== 0) throw new Error(log.join('\n'));
}
