import type { Instant } from '../src/model/time.ts';
import type { Sandbox, StoredPair, StoredTarget } from './sandbox.ts';
import { ORIGINS } from './world.ts';

/** One try to get into the protected application. */
export interface LoginAttempt {
  readonly at: Instant;
  readonly accepted: boolean;
  readonly status: number;
}

/** A job of somebody's workflow that logs in with the pair that GitHub gave it. */
export interface ConsumerJob {
  readonly queuedAt: Instant;
  /** The pair that the job has; undefined until it has it. */
  readonly pair: () => StoredPair | undefined;
  /** The job leaves the queue. */
  readonly start: () => void;
  /** Logs in with the pair as the job got it, however long ago; starts the job if it has not started. */
  readonly logIn: () => Promise<LoginAttempt>;
}

export interface JobOptions {
  /** When a job gets the variables of its repository and organization, which is not documented; `queue` if not given. */
  readonly variablesReadAt?: 'queue' | 'start';
}

/**
 * Queues a job. As GitHub has it, a job gets the secrets of its repository and organization when it is
 * queued and those of its environment, as well as its variables, when it starts; what is written later does
 * not reach it. The client ID is read from a variable if the target keeps it in one.
 */
export function queueJob(sandbox: Sandbox, target: StoredTarget, options: JobOptions = {}): ConsumerJob {
  const queued = sandbox.storedPair(target);
  const ofEnvironment = target.place.kind === 'environment';
  const idAtStart =
    ofEnvironment || (target.clientIdKind === 'variable' && options.variablesReadAt === 'start');
  let pair = idAtStart ? undefined : queued;
  const start = (): void => {
    if (pair !== undefined) return;
    const started = sandbox.storedPair(target);
    pair = ofEnvironment ? started : { ...started, clientSecret: queued.clientSecret };
  };
  return {
    queuedAt: sandbox.clock.now(),
    pair: () => pair,
    start,
    logIn: async () => {
      start();
      const before = sandbox.application.accepted;
      const response = await sandbox.application.handle(
        new Request(`${ORIGINS.application}/health`, { headers: headersOf(pair) }),
      );
      const accepted = sandbox.application.accepted > before;
      return { at: sandbox.clock.now(), accepted, status: response.status };
    },
  };
}

function headersOf(pair: StoredPair | undefined): Headers {
  const headers = new Headers();
  if (pair?.clientId !== undefined) headers.set('cf-access-client-id', pair.clientId);
  if (pair?.clientSecret !== undefined) headers.set('cf-access-client-secret', pair.clientSecret);
  return headers;
}
