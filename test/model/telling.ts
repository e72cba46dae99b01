import type { Exchange } from '../../sandbox/exchange.ts';
import { describeSpan } from '../../src/model/duration.ts';
import type { Action } from './actions.ts';
import type { Judged } from './judge.ts';
import type { Stage } from './stage.ts';

/** An action on one line, with when it happened. */
export function tellAction(action: Action, { sandbox }: Stage): string {
  const now = sandbox.clock.rfc3339();
  if (action.kind === 'pause') return `${now} pause for ${describeSpan(action.span)}`;
  return `${now} ${JSON.stringify(action)}`;
}

/** How a run ended and what it said. */
export function tellRun({ inputs, exitCode, transcript, after }: Judged): string {
  const { outputs, log } = transcript;
  const { status = '', reason = '', targets = '' } = outputs;
  const tokens = after.tokens.map(
    ({ name, version, updatedAt, previousSecretExpiresAt }) =>
      `  token ${name} v${version}, updated ${moment(updatedAt)}, previous until ${moment(previousSecretExpiresAt)}`,
  );
  return [
    `  ${exitCode === undefined ? 'killed' : `exit ${exitCode}: ${status}, ${reason}`} ${JSON.stringify(inputs)} ${targets}`,
    ...tokens,
    ...log.map((line) => `  | ${line}`),
  ].join('\n');
}

export function tellExchange(exchange: Exchange): string {
  const { number, at, service, method, path, status, fault } = exchange;
  const befell = fault === undefined ? '' : ` [${fault}]`;
  return `    ${number} ${moment(at)} ${service} ${method} ${path} ${String(status)}${befell}`;
}

function moment(instant: number | undefined): string {
  return instant === undefined ? 'never' : new Date(instant).toISOString();
}
