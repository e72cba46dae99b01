import { filesOf } from '../../sandbox/in-process-run.ts';
import { randomBytes } from 'node:crypto';
import { ProtectedApplication } from '../../sandbox/application/application.ts';
import type { ApplicationSettings } from '../../sandbox/application/settings.ts';
import { VirtualClock } from '../../sandbox/clock.ts';
import { CloudflareService } from '../../sandbox/cloudflare/service.ts';
import type { Handler } from '../../sandbox/exchange.ts';
import { Faults } from '../../sandbox/faults.ts';
import { openLoginCheck, type Control, type Verdict } from '../../src/access/login-check.ts';
import { ClientSecret, type TokenCredentials } from '../../src/model/client-secret.ts';
import type { Dependencies, Runner, Time } from '../../src/model/dependencies.ts';
import { MINUTE, SECOND, type Milliseconds } from '../../src/model/time.ts';

const ACCOUNT = '023e105f4ecef8ad9ca31a8372d0c353';
export const URL_TEXT = 'https://app.acme.com/health?key=in-the-query';

/** Time that passes only while something waits for it. */
class WaitedTime implements Time {
  /** Every wait, in order. */
  readonly slept: Milliseconds[] = [];
  /** Called before each wait. */
  onSleep: ((count: number) => void) | undefined;
  readonly #clock: VirtualClock;
  #timers: { readonly due: number; readonly ring: () => void }[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  readonly monotonic = (): Milliseconds => this.#clock.now();
  readonly wall = (): number => this.#clock.now();

  readonly sleep = (duration: Milliseconds, signal?: AbortSignal): Promise<void> => {
    this.onSleep?.(this.slept.length + 1);
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    this.slept.push(duration);
    this.advance(duration);
    return Promise.resolve();
  };

  readonly timeout = (duration: Milliseconds): AbortSignal => {
    const timer = new AbortController();
    const ring = (): void => {
      timer.abort();
    };
    this.#timers.push({ due: this.#clock.now() + duration, ring });
    return timer.signal;
  };

  advance(duration: Milliseconds): void {
    this.#clock.advance(duration);
    const due = this.#timers.filter((timer) => timer.due <= this.#clock.now());
    this.#timers = this.#timers.filter((timer) => timer.due > this.#clock.now());
    for (const { ring } of due) ring();
  }
}

/** An application behind Access, a token with its pair, and a probe that asks in process. */
export function protectedUrl(
  settings: Partial<ApplicationSettings> = {},
  options: { timeout?: Milliseconds; handler?: Handler; unlogged?: Handler } = {},
) {
  const clock = new VirtualClock();
  const random = (count: number): Uint8Array => randomBytes(count);
  const cloudflare = new CloudflareService({ clock, random });
  cloudflare.addAccount(ACCOUNT);
  const token = cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name: 'ci' });
  const application = new ProtectedApplication({ clock, random, cloudflare, settings });

  const time = new WaitedTime(clock);
  const faults = new Faults(clock);
  const handle = options.unlogged ?? faults.wrap('application', options.handler ?? application.handle);
  faults.onExchange = ({ fault }) => {
    // Nothing answers, so time passes.
    if (fault === 'hang') time.advance(MINUTE);
  };
  const canceller = new AbortController();
  const lines: string[] = [];
  const deps: Dependencies = {
    env: {},
    runner: recording(lines),
    fetch: (input, init) => handle(new Request(input, init)),
    time,
    files: filesOf({}),
    randomBytes: random,
    cancelled: canceller.signal,
  };
  const timeout = options.timeout ?? 120 * SECOND;
  const probe = openLoginCheck({ url: URL_TEXT, timeout, requestTimeout: 30 * SECOND, deps });
  const pair: TokenCredentials = { clientId: token.clientId, clientSecret: new ClientSecret(token.secret) };
  const wrong: TokenCredentials = { ...pair, clientSecret: new ClientSecret('cfast_wrong') };
  const judge = async (
    presented: TokenCredentials = pair,
  ): Promise<{ control: Control; verdict: Verdict }> => {
    const control = await probe.control();
    return { control, verdict: await probe.verify(presented, control) };
  };
  return {
    ...{ clock, time, cloudflare, token, application, faults, canceller, lines },
    ...{ probe, pair, wrong, judge },
  };
}

function recording(lines: string[]): Runner {
  const unexpected = (): never => {
    throw new Error('not for the probe to call');
  };
  return {
    info: (text) => {
      lines.push(text);
    },
    debug: unexpected,
    notice: unexpected,
    warning: unexpected,
    error: unexpected,
    startGroup: unexpected,
    endGroup: unexpected,
    setSecret: unexpected,
    setOutput: unexpected,
    saveState: unexpected,
    getState: unexpected,
    writeSummary: unexpected,
    fail: unexpected,
  };
}
