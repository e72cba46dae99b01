import type { Exchange } from '../../sandbox/exchange.ts';
import type { Played } from './play.ts';

/** A run as a person can follow it: what was asked of whom, and what was told. */
export function tellRun({ inputs, exitCode, exchanges, transcript, took }: Played): string {
  const begun = exchanges[0]?.at ?? 0;
  const ended = exitCode === undefined ? 'killed' : `exit status ${exitCode}`;
  return [
    `=== ${ended} after ${took / 1000} s; ${JSON.stringify(inputs)}`,
    ...exchanges.map((exchange) => `  ${tellExchange(exchange, begun)}`),
    ...transcript.log.map((line) => `  | ${line}`),
  ].join('\n');
}

/** One line of a transcript; times count from `begun`. */
export function tellExchange(
  { number, at, service, method, path, status, fault }: Exchange,
  begun: number,
): string {
  const struck = fault === undefined ? '' : `  [${fault}]`;
  return `${number} +${(at - begun) / 1000}s ${service} ${method} ${path} ${status ?? 'no reply'}${struck}`;
}

/** A request as the list of exceptions names it. */
export function label({ service, method, path }: Pick<Exchange, 'service' | 'method' | 'path'>): string {
  const short = path
    .replace(/^\/client\/v4\/accounts\/[0-9a-f]+\/access/, '')
    .replace(/\?.*/, '')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '{id}')
    .replace(/PROBE_[0-9A-F]+/, 'PROBE');
  return `${service} ${method} ${short}`;
}
