import type { TokenCredentials } from '../model/client-secret.ts';
import type { Dependencies } from '../model/dependencies.ts';
import { describeSpan } from '../model/duration.ts';
import { NoReply } from '../http/bounded-fetch.ts';
import { SECOND, type Milliseconds } from '../model/time.ts';
import { isSameRefusal, type Cause, type Fingerprint, type Meaning, type Reading } from './reply.ts';
import { accessRequests, type AccessRequest, type Credentials } from './request.ts';

/** What a request without credentials showed. Sentences are without their full stop, and never hold a credential. */
export type Control =
  | {
      readonly kind: 'protected';
      /** Such as `302 to acme.cloudflareaccess.com` or `403 with cf-access headers`. */
      readonly how: string;
      /** What a refusal looks like here, for replies that do not say who gave them. */
      readonly fingerprint: Fingerprint;
    }
  /** Whoever asks reaches the application: letting a pair in there would prove nothing. */
  | { readonly kind: 'unprotected'; readonly seen: string }
  /** The application is down, or something before Access stopped the request. */
  | { readonly kind: 'undecided'; readonly seen: string; readonly cause: Cause };

/** Whether Access lets a pair in, by the last that was seen; sentences as in `Control`. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly seen: string }
  | { readonly kind: 'refused'; readonly seen: string; readonly meaning: Meaning }
  | { readonly kind: 'undecided'; readonly seen: string; readonly cause: Cause | 'unprotected' }
  /** The run was cancelled before anything else was known. */
  | { readonly kind: 'skipped'; readonly seen: string };

export interface LoginCheck {
  /** Asks the URL once without credentials. */
  control(): Promise<Control>;
  /**
   * Asks with the pair until it is let in twice in a row, since one point of presence may know a new
   * secret before another, or until the time is up. The pair is sent only where Access was seen to
   * protect the URL: a control that is undecided is repeated first.
   */
  verify(credentials: TokenCredentials, control: Control): Promise<Verdict>;
}

export interface LoginCheckOptions {
  /** https, or http on loopback. */
  readonly url: string;
  /** When the last request may begin, from the first; only the second of two passes may be a second later. */
  readonly timeout: Milliseconds;
  /** Longest wait for one reply; 15 seconds if that is shorter. */
  readonly requestTimeout: Milliseconds;
  readonly deps: Dependencies;
}

/** Proves that a pair gets past Cloudflare Access at a URL. */
export function openLoginCheck(options: LoginCheckOptions): LoginCheck {
  const url = new URL(options.url);
  const request = accessRequests(url, options.requestTimeout, options.deps);
  return {
    control: () => askControl(request),
    verify: (credentials, control) => new Verification(options, url, request, credentials, control).run(),
  };
}

async function askControl(request: AccessRequest): Promise<Control> {
  const reading = await request(undefined);
  if (reading instanceof NoReply) return { kind: 'undecided', cause: 'down', seen: reading.message };
  const { brief, text, trace, fingerprint } = reading;
  switch (reading.kind) {
    case 'refused':
      return { kind: 'protected', how: brief, fingerprint };
    case 'unmarked':
      return { kind: 'protected', how: text, fingerprint };
    case 'undecided':
      return { kind: 'undecided', cause: reading.cause, seen: text + trace };
    case 'passed':
      return { kind: 'unprotected', seen: `without credentials, ${text}${trace}` };
  }
}

/** What one attempt showed; `pointless` ends the verification. */
type Observation = { readonly text: string; readonly trace: string } & (
  | { readonly kind: 'passed' | 'pointless' }
  | { readonly kind: 'undecided'; readonly cause: Cause }
  | { readonly kind: 'refused'; readonly meaning: Meaning }
);

/** Seconds to wait after each attempt that did not pass; the last goes on. */
const BACK_OFF = [1, 2, 4, 8, 15] as const;
const BEFORE_SECOND_PASS: Milliseconds = SECOND;

class Verification {
  readonly #deps: Dependencies;
  readonly #timeout: Milliseconds;
  readonly #host: string;
  readonly #request: AccessRequest;
  readonly #credentials: Credentials;
  #control: Control;
  /** How a wrong secret is refused; asked once, and only where a reply needs it. */
  #wrongSecret: Reading | undefined;
  #told: string | undefined;
  #announced = false;
  #everPassed = false;
  #lastRefusal: string | undefined;

  constructor(
    { deps, timeout }: LoginCheckOptions,
    { host }: URL,
    request: AccessRequest,
    { clientId, clientSecret }: TokenCredentials,
    control: Control,
  ) {
    this.#deps = deps;
    this.#timeout = timeout;
    this.#host = host;
    this.#request = request;
    this.#credentials = { clientId, clientSecret: clientSecret.reveal() };
    this.#control = control;
  }

  async run(): Promise<Verdict> {
    const { time } = this.#deps;
    // assumption: propagation-time
    const until = time.monotonic() + this.#timeout;
    let passed = false;
    for (let failures = 0; ;) {
      if (this.#isCancelled()) return this.#skipped();
      const observed = await this.#attempt();
      if (observed.kind === 'passed' && passed) {
        return { kind: 'accepted', seen: `let in twice in a row: ${observed.text}${observed.trace}` };
      }
      // What a cancelled request ended with says nothing about the application.
      if (this.#isCancelled()) return this.#skipped();
      passed = observed.kind === 'passed';
      const left = until - time.monotonic();
      if (observed.kind === 'pointless' || (!passed && left <= 0)) return this.#conclude(observed);
      this.#remember(observed);
      await this.#sleep(passed ? BEFORE_SECOND_PASS : Math.min(left, backOff(failures)));
      if (!passed) failures += 1;
    }
  }

  async #attempt(): Promise<Observation> {
    if (this.#control.kind === 'undecided') this.#control = await askControl(this.#request);
    if (this.#control.kind === 'unprotected') {
      return { kind: 'pointless', text: `the URL lets everyone in: ${this.#control.seen}`, trace: '' };
    }
    if (this.#control.kind === 'undecided') {
      return { kind: 'undecided', cause: this.#control.cause, text: this.#control.seen, trace: '' };
    }
    const reading = await this.#request(this.#credentials);
    if (reading instanceof NoReply) return lost(reading);
    return reading.kind === 'unmarked' ? this.#compare(reading, this.#control) : reading;
  }

  /**
   * Judges a 401 or 403 that may be Access's or the application's own: Access gives it to anyone who
   * brings no credentials, or wrong ones, while the application never sees such a request.
   */
  async #compare(reading: Reading, control: Control & { kind: 'protected' }): Promise<Observation> {
    const { text, trace, fingerprint } = reading;
    const refused = (to: string): Observation => {
      return { kind: 'refused', meaning: 'unknown', text: `${text}, the same as ${to}`, trace };
    };
    if (isSameRefusal(fingerprint, control.fingerprint)) return refused('without credentials');
    if (this.#wrongSecret === undefined) {
      const clientSecret = Buffer.from(this.#deps.randomBytes(32)).toString('hex');
      const wrong = await this.#request({ ...this.#credentials, clientSecret });
      if (wrong instanceof NoReply) return lost(wrong);
      if (wrong.kind === 'undecided') return wrong;
      this.#wrongSecret = wrong;
    }
    if (isSameRefusal(fingerprint, this.#wrongSecret.fingerprint)) return refused('with a wrong secret');
    return { kind: 'passed', text: `the application answered ${reading.brief}`, trace };
  }

  /** Says what is waited for, and again whenever something else is seen. */
  #remember(observed: Observation): void {
    if (observed.kind === 'passed') this.#everPassed = true;
    if (observed.kind === 'refused') this.#lastRefusal = observed.text;
    if (this.#told === observed.text) return;
    const { info } = this.#deps.runner;
    if (observed.kind === 'passed') {
      info(`${this.#host} let the credentials in once, asking again: ${observed.text}`);
    } else if (!this.#announced) {
      this.#announced = true;
      const span = describeSpan(this.#timeout);
      info(`Waiting at most ${span} until ${this.#host} lets the credentials in. Seen now: ${observed.text}`);
    } else {
      info(`Seen at ${this.#host} now: ${observed.text}`);
    }
    this.#told = observed.text;
  }

  #conclude(observed: Observation): Verdict {
    const seen = observed.text + observed.trace;
    if (observed.kind === 'refused') {
      const partly = this.#everPassed ? ', though let in before: not every point of presence agrees' : '';
      return { kind: 'refused', meaning: observed.meaning, seen: seen + partly };
    }
    const before = this.#lastRefusal === undefined ? '' : `; before that, ${this.#lastRefusal}`;
    const cause = observed.kind === 'undecided' ? observed.cause : 'unprotected';
    return { kind: 'undecided', cause, seen: seen + before };
  }

  #isCancelled(): boolean {
    return this.#deps.cancelled.aborted;
  }

  #skipped(): Verdict {
    const before = this.#told === undefined ? '' : `; seen last: ${this.#told}`;
    return { kind: 'skipped', seen: `the run was cancelled${before}` };
  }

  async #sleep(duration: Milliseconds): Promise<void> {
    const { time, cancelled } = this.#deps;
    try {
      await time.sleep(duration, cancelled);
    } catch (error) {
      if (!cancelled.aborted) throw error;
    }
  }
}

function lost({ message }: NoReply): Observation {
  return { kind: 'undecided', cause: 'down', text: message, trace: '' };
}

function backOff(failures: number): Milliseconds {
  return (BACK_OFF[failures] ?? BACK_OFF[BACK_OFF.length - 1] ?? 15) * SECOND;
}
