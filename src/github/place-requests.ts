import { Problem } from '../model/problem.ts';
import type { Place, StoredSecret } from '../model/target.ts';
import type { ApiCredential } from '../http/api-credential.ts';
import type { ApiCredentials } from './auth/place-credentials.ts';
import { needOf, type Need } from './auth/permissions.ts';
import { explain, type Holder } from './refusals.ts';
import { RequestFailure } from './request-failure.ts';
import type { RequestOptions, Requests } from './requests.ts';
import { storedRoute, storesRoute, type Route, type Stores } from './routes.ts';
import { lookAtHolder, whereItMoved } from './second-look.ts';
import {
  parseSecret,
  parseSecrets,
  parseVariable,
  parseVariables,
  type Page,
  type StoredVariable,
  parsePublicKey,
} from './shapes.ts';
import type { PublicKey } from './seal.ts';
import { TargetProblem } from './target-problem.ts';

type Body = Readonly<Record<string, unknown>>;

/** GitHub's most for a page. */
export const PAGES = { secrets: 100, variables: 30 } as const;

/** The secrets and variables of one place, request by request. */
export class PlaceRequests {
  readonly place: Place;
  readonly requests: Requests;
  readonly #credentials: ApiCredentials;

  constructor(options: {
    readonly place: Place;
    readonly requests: Requests;
    readonly credentials: ApiCredentials;
  }) {
    this.place = options.place;
    this.requests = options.requests;
    this.#credentials = options.credentials;
  }

  credential(need: Need = needOf(this.place, 'secrets')): ApiCredential {
    return this.#credentials.of(this.place, need);
  }

  publicKey(): Promise<PublicKey> {
    const { path, parameters } = storesRoute(this.place, 'secrets');
    return this.#send(
      'GET',
      'secrets',
      { path: `${path}/public-key`, parameters },
      { parse: parsePublicKey },
    );
  }

  /** @param wanted names, in upper case, whose entries must be readable */
  secrets(page: number, wanted: ReadonlySet<string>): Promise<Page<StoredSecret>> {
    const parse = (body: unknown) => parseSecrets(body, this.place, wanted);
    const query = { per_page: PAGES.secrets, page };
    return this.#send('GET', 'secrets', storesRoute(this.place, 'secrets'), { parse }, query);
  }

  /** @param wanted names, in upper case, whose entries must be readable */
  variables(page: number, wanted: ReadonlySet<string>): Promise<Page<StoredVariable>> {
    const parse = (body: unknown) => parseVariables(body, this.place, wanted);
    const query = { per_page: PAGES.variables, page };
    return this.#send('GET', 'variables', storesRoute(this.place, 'variables'), { parse }, query);
  }

  /** Undefined if GitHub has none of that name, which is no proof: it may have hidden all of the place. */
  secret(name: string): Promise<StoredSecret | undefined> {
    const parse = (body: unknown) => parseSecret(body, this.place);
    return absent(this.#send('GET', 'secrets', storedRoute(this.place, 'secrets', name), { parse }));
  }

  /** As `secret`. @param mostLosses how many replies may be lost; if not given, `max-wait` bounds it */
  variable(name: string, mostLosses?: number): Promise<StoredVariable | undefined> {
    const parse = (body: unknown) => parseVariable(body, this.place);
    const options = mostLosses === undefined ? { parse } : { parse, mostLosses };
    return absent(this.#send('GET', 'variables', storedRoute(this.place, 'variables', name), options));
  }

  /** @param body called when the turn of the request has come */
  async putSecret(name: string, body: () => Promise<Body>): Promise<void> {
    await this.#send('PUT', 'secrets', storedRoute(this.place, 'secrets', name), DONE, body);
  }

  /** @throws RequestFailure with status 409 if it exists */
  async createVariable(name: string, body: Body): Promise<void> {
    const route = storesRoute(this.place, 'variables');
    await this.#send('POST', 'variables', route, DONE, { ...body, name: name.toUpperCase() });
  }

  /** @throws RequestFailure with status 404 if it does not exist */
  async updateVariable(name: string, body: Body): Promise<void> {
    await this.#send('PATCH', 'variables', storedRoute(this.place, 'variables', name), DONE, body);
  }

  async delete(stores: Stores, name: string): Promise<'deleted' | 'absent'> {
    const deleted = this.#send('DELETE', stores, storedRoute(this.place, stores, name), DONE);
    return (await absent(deleted)) === undefined ? 'absent' : 'deleted';
  }

  /**
   * Does something with the place, and says of a failure what it means.
   * @param doing as in `GitHub did not write CF_ACCESS_CLIENT_ID`
   * @throws TargetProblem
   */
  async explained<T>(doing: string, task: () => Promise<T>, need?: Need): Promise<T> {
    try {
      return await task();
    } catch (error) {
      throw await this.problem(error, doing, need);
    }
  }

  /** What a failure means for the place. @throws what is no failure of a request */
  async problem(error: unknown, doing: string, need?: Need, known?: Holder): Promise<TargetProblem> {
    if (error instanceof TargetProblem) return error;
    if (error instanceof Problem) return TargetProblem.from(error, 'no');
    if (!(error instanceof RequestFailure)) throw error;
    const holder = known ?? (await this.holder(error));
    const { kind: credential } = this.#credentials;
    return explain(error, {
      place: this.place,
      doing,
      credential,
      holder,
      need: need ?? needOf(this.place, 'secrets'),
    });
  }

  /** The second look, if a failure asks for one. */
  async holder({ failure, status }: RequestFailure): Promise<Holder> {
    if (failure.kind === 'moved') {
      return { kind: 'moved', to: await whereItMoved(this.requests, this.credential(), failure.location) };
    }
    return status === 404 ? lookAtHolder(this.requests, this.credential(), this.place) : { kind: 'unclear' };
  }

  #send<T>(
    method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    stores: Stores,
    route: Route,
    options: Omit<RequestOptions<T>, 'credential'>,
    body?: Body | (() => Promise<Body>),
  ): Promise<T> {
    const credential = this.credential(needOf(this.place, stores));
    return this.requests.send(method, route, { ...options, credential }, body);
  }
}

const DONE = { parse: () => true };

async function absent<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof RequestFailure && error.status === 404) return undefined;
    throw error;
  }
}
