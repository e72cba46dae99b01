import { describeTarget, type Target } from '../../src/model/target.ts';
import { UNFORESEEN } from '../../src/model/problem.ts';
import { OUTPUTS } from '../../src/report/outputs.ts';
import { STATUSES } from '../../src/report/outcome.ts';
import { saysConcurrent, type Excuses, type Judged } from './judge.ts';
import { losesReply } from './mishaps.ts';
import type { Inputs, Run } from './play.ts';
import { essence, mintedBetween, WRITE_CHECK, type Standing } from './standing.ts';

// What a run says of itself, held against what only the sandbox knows.

/** What holds of every report. */
export function report({
  exitCode,
  transcript: { outputs: told, annotations, log },
}: Run): readonly string[] {
  if (exitCode === undefined) return [];
  const found: string[] = [];
  const status = told['status'] ?? '';
  const failed = exitCode === 1;
  if (!STATUSES.some((known) => known === status)) found.push(`the status is ${status}`);
  if (['failed', 'due'].includes(status) !== failed) found.push(`${status}, and exit status ${exitCode}`);
  if (messagesOf(told).includes('')) found.push('no message');
  if (OUTPUTS.some((name) => told[name] === undefined)) found.push('an output is missing');
  // Of a target, for example, it is in the text alone.
  const unforeseen = log.some((line) => line.includes(UNFORESEEN));
  const errors = annotations.filter(({ kind }) => kind === 'error');
  if (errors.length > 0 !== failed) found.push(`${errors.length} errors, and exit status ${exitCode}`);
  if (told['reason'] === 'unexpected' || unforeseen) found.push('an error that nobody has foreseen');
  return found;
}

/** What is said of the run; of a fleet what is said of each token. */
function messagesOf({ message = '', tokens = '[]' }: Inputs): readonly string[] {
  const each = JSON.parse(tokens) as readonly { readonly message: string }[];
  return message === '' && each.length > 1 ? each.map((token) => token.message) : [message];
}

/** The outputs of a run that was alone. */
export function outputs(
  { played, before, after, sandbox }: Judged,
  run: Run,
  excuses: Excuses,
): readonly string[] {
  const { outputs: told } = run.transcript;
  const found: string[] = [];
  const [token, ...others] = run.tokens.length === 1 ? after.tokens : [];
  if (token !== undefined && others.length === 0) {
    for (const [name, value] of [
      ['token-id', token.id],
      ['client-id', token.clientId],
    ] as const) {
      if (told[name] !== '' && told[name] !== value) found.push(`a wrong ${name}`);
    }
  }
  const end = token?.previousSecretExpiresAt;
  const toldEnd = told['previous-secret-expires-at'];
  if (run.exitCode === 0 && run.tokens.length === 1 && excuses.blind !== true)
    if (toldEnd !== (end === undefined ? '' : sandbox.clock.rfc3339(end)))
      found.push('a wrong previous-secret-expires-at');
  const writes = sandbox.github.changes.slice(before.changes, after.changes);
  const delivered = writes.filter(({ name, by }) => by === 'request' && !WRITE_CHECK.test(name));
  const tokensChanged = before.tokens.map(essence).join() !== after.tokens.map(essence).join();
  // One that is renewed twice in a second expires at the same moment.
  const refreshed = run.exchanges.some(
    ({ method, path, requestBody, status = 500 }) =>
      status < 300 && (path.endsWith('/refresh') || (method === 'PUT' && requestBody.includes('"duration"'))),
  );
  const changed =
    refreshed ||
    delivered.length > 0 ||
    after.litter.length > before.litter.length ||
    after.variableChanges > before.variableChanges ||
    after.access !== before.access ||
    tokensChanged;
  // Where replies were lost, or another run was first, nobody can know.
  const lost = excuses.unsure === true || played.befalls.some(({ mishap }) => losesReply(mishap));
  // Of several tokens each has its own.
  const knows = !lost && !saysConcurrent(run) && run.tokens.length === 1 && !revokesUnseen(run, excuses);
  if (told['changed'] !== String(changed) && knows) found.push(`changed is ${told['changed'] ?? ''}`);
  const minted = mintedBetween(before, after);
  if (told['status'] === 'rotated' && minted < 1) found.push('says that it rotated');
  if (['unchanged', 'renewed', 'repaired', 'planned', 'due'].includes(told['status'] ?? '') && minted > 0)
    found.push('rotated and does not say so');
  const statuses = JSON.parse(told['targets'] ?? '[]') as { readonly status: string }[];
  let index = 0;
  for (const { name, targets } of run.tokens) {
    const rotated = versionOf(after, name) !== versionOf(before, name);
    for (const target of targets) {
      const status = statuses[index]?.status;
      index += 1;
      const held = after.held.get(target);
      // A run that writes only the client ID goes by the age of the secret beside it.
      const overlooked = !rotated && excuses.target?.(target) === true;
      if (status === 'delivered' && held !== 'current' && !overlooked)
        found.push(`${describeTarget(target)}: ${status}, holds ${String(held)}`);
      const written = delivered.some(({ place }) => isSamePlace(place, target));
      if (status === 'unchanged' && written)
        found.push(`${describeTarget(target)}: ${status}, but was written`);
    }
  }
  return found;
}

function versionOf({ tokens }: Standing, name: string): number | undefined {
  return tokens.find((token) => token.name === name)?.version;
}

/** If no end is told, a revocation may set the one that stands already. */
function revokesUnseen({ inputs }: Run, { blind = false }: Excuses): boolean {
  return blind && inputs['operation'] === 'revoke';
}

/** Whether a place of the sandbox is where the target is. */
export function isSamePlace(place: object, target: Target): boolean {
  return Object.entries(place).every(([name, value]) => Reflect.get(target.place, name) === value);
}
