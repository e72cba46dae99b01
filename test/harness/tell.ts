import type { Exchange } from '../../sandbox/exchange.ts';
import { laneOf, type Played } from './play.ts';

/** What was played as a person can follow it: what was asked of whom, and what each run told. */
export function tellPlayed({ runs, exchanges, took }: Played): string {
  const begun = exchanges[0]?.at ?? 0;
  const told = runs.flatMap(({ inputs, exitCode, transcript }, index) => [
    `=== run ${index}: ${exitCode === undefined ? 'killed' : `exit status ${exitCode}`}; ${JSON.stringify(inputs)}`,
    ...transcript.log.map((line) => `  | ${line}`),
  ]);
  return [
    `=== ${new Date(begun).toISOString()}, ${took / 1000} s`,
    ...exchanges.map((exchange) => `  ${tellExchange(exchange, begun)}`),
    ...told,
  ].join('\n');
}

/** One line of a transcript; times count from `begun`. */
export function tellExchange(exchange: Exchange, begun: number): string {
  const { number, at, service, method, path, status, fault } = exchange;
  const struck = fault === undefined ? '' : `  [${fault}]`;
  const when = `+${(at - begun) / 1000}s`;
  return `${laneOf(exchange)} ${number} ${when} ${service} ${method} ${path} ${status ?? 'no reply'}${struck}`;
}

/** A request in the title of a test. */
export function label({ service, method, path }: Exchange): string {
  const short = path
    .replace(/^\/client\/v4\/accounts\/[0-9a-f]+\/access/, '')
    .replace(/\?.*/, '')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '{id}')
    .replace(/PROBE_[0-9A-F]+/, 'PROBE');
  return `${service} ${method} ${short}`;
}

/** Fails with all that was found; passes where nothing was. */
export function failWith(failures: readonly string[]): void {
  if (failures.length > 0)
    throw new Error(`${failures.length} failures\n\n${failures.slice(0, 5).join('\n\n')}`);
}
