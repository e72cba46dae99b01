import type { PublicKey, StoredSecret, Target } from '../model/target.ts';
import { Problem } from '../model/problem.ts';
import type { ApiCredential } from '../http/api-credential.ts';
import { explain, type Holder } from './refusals.ts';
import { RequestFailure } from './request-failure.ts';
import type { Requests } from './requests.ts';
import { secretRoute, secretsRoute } from './routes.ts';
import { lookAtHolder, whereItMoved } from './second-look.ts';
import { parseNames, parseOrganizationSecret, parsePublicKey, parseSecret } from './shapes.ts';
import { TargetProblem } from './target-problem.ts';

export interface ScopeOptions {
  readonly requests: Requests;
  readonly credential: ApiCredential;
  readonly kind: 'token' | 'app';
  readonly target: Target;
}

/** The secrets of one target, request by request. */
export class Scope {
  readonly target: Target;
  readonly requests: Requests;
  readonly credential: ApiCredential;
  readonly #kind: 'token' | 'app';

  constructor({ requests, credential, kind, target }: ScopeOptions) {
    this.requests = requests;
    this.credential = credential;
    this.#kind = kind;
    this.target = target;
  }

  publicKey(): Promise<PublicKey> {
    const { path, parameters } = secretsRoute(this.target);
    const sending = { credential: this.credential, parse: parsePublicKey };
    return this.requests.send('GET', { path: `${path}/public-key`, parameters }, sending);
  }

  /** Undefined where GitHub has none of that name, which is no proof: it may have hidden all of the scope. */
  async secret(name: string): Promise<StoredSecret | undefined> {
    const parse = this.target.place.kind === 'organization' ? parseOrganizationSecret : parseSecret;
    const sending = { credential: this.credential, parse };
    return absent(this.requests.send('GET', secretRoute(this.target, name), sending));
  }

  /** The names of its secrets, of which a repository or environment may have a hundred. */
  names(): Promise<readonly string[]> {
    const route = secretsRoute(this.target);
    const sending = { credential: this.credential, parse: parseNames };
    return this.requests.send('GET', route, sending, { per_page: 100 });
  }

  async put(name: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    const sending = { credential: this.credential, parse: () => true };
    await this.requests.send('PUT', secretRoute(this.target, name), sending, body);
  }

  async delete(name: string): Promise<'deleted' | 'absent'> {
    const sending = { credential: this.credential, parse: () => 'deleted' as const };
    const deleted = this.requests.send('DELETE', secretRoute(this.target, name), sending);
    return (await absent(deleted)) ?? 'absent';
  }

  /**
   * Does something with the scope, and says of a failure what it means for the target.
   * @param doing as in `GitHub did not write CF_ACCESS_CLIENT_ID`
   * @param need what it takes, where that is not the permission for the secrets
   * @throws TargetProblem
   */
  async explained<T>(doing: string, task: () => Promise<T>, need?: string): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (error instanceof TargetProblem) throw error;
      if (error instanceof Problem) throw TargetProblem.from(error, 'no');
      if (!(error instanceof RequestFailure)) throw error;
      const holder = await this.holder(error);
      const context = { target: this.target, doing, credential: this.#kind, holder };
      throw explain(error, need === undefined ? context : { ...context, need });
    }
  }

  /** The second look, where a failure asks for one. */
  async holder({ failure, status }: RequestFailure): Promise<Holder> {
    if (failure.kind === 'moved') {
      return { kind: 'moved', to: await whereItMoved(this.requests, this.credential, failure.location) };
    }
    return status === 404 ? lookAtHolder(this.requests, this.credential, this.target) : { kind: 'unclear' };
  }
}

async function absent<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof RequestFailure && error.status === 404) return undefined;
    throw error;
  }
}
