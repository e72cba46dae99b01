import { authenticationError, notCovered, type Caller } from '../api-credentials.ts';
import { ApiError, invalidRequest, type Success } from '../reply.ts';
import type { Scopes } from '../scopes.ts';
import type { Switches } from '../switches.ts';
import type { Access } from './access.ts';
import { searched } from './application-search.ts';
import { policiesOf } from './links.ts';
import { pageOf } from './paging.ts';
import { parseBody, parseObject } from './policy-body.ts';
import type { AccessState, ApplicationRecord, Json, PolicyRecord } from './records.ts';
import { policyNotFound, unknownApplication } from './refusals.ts';
import { mayDo } from './permission.ts';
import { showApplication, showGroup, showPolicy, type Place } from './representation.ts';
import { routeOf, type Route } from './routes.ts';

/** How many items a page has if the request does not say. */
const PER_PAGE = { applications: 25, owned: 200, reusable: 100, groups: 25 } as const;

interface Asked extends Route {
  readonly query: URLSearchParams;
  readonly body: string;
  readonly visible: Set<string> | undefined;
  /** What reading shows: not always the newest state. */
  readonly seen: AccessState;
}

/** What the API answers about applications, policies, groups and the organization. */
export class AccessApi {
  readonly #access: Access;
  readonly #scopes: Scopes;
  readonly #switches: Switches;

  constructor(access: Access, scopes: Scopes, switches: Switches) {
    this.#access = access;
    this.#scopes = scopes;
    this.#switches = switches;
  }

  /** Undefined if the path is about something else. */
  answer(method: string, url: URL, body: string, caller: Caller | undefined): Success | undefined {
    const route = routeOf(method, url.pathname);
    if (route === undefined) return undefined;
    const { switches, store } = this.#access;
    if (!this.#authorize(caller, route)) return { status: 200, ...this.#page([], url.searchParams, 25) };
    const seen = switches.staleReads === 0 ? store.state : store.at(store.clock.now() - switches.staleReads);
    const visible = caller.visibleApplications;
    return this.#perform({ ...route, query: url.searchParams, body, visible, seen });
  }

  /** Throws what is refused; false if the caller lacks the permission but gets an empty list. */
  #authorize(caller: Caller | undefined, { scope, operation }: Route): caller is Caller {
    const { authErrorStatus } = this.#switches;
    if (caller === undefined) throw authenticationError(authErrorStatus);
    if (!this.#scopes.has(scope) || !caller.covers(scope, this.#scopes.accountOf(scope))) throw notCovered();
    const { switches } = this.#access;
    if (!mayDo(operation, caller, switches)) {
      if (switches.withoutPermission === 'empty-list' && operation.startsWith('list-')) return false;
      throw authenticationError(authErrorStatus);
    }
    if (!this.#scopes.hasZeroTrust(scope)) {
      throw new ApiError(403, [{ code: 9999, message: 'access.api.error.not_enabled' }]);
    }
    return true;
  }

  #perform(asked: Asked): Success {
    const { operation, scope, id, body } = asked;
    const { operations, organization, switches } = this.#access;
    switch (operation) {
      case 'list-application':
      case 'get-application':
        return this.#readApplications(asked);
      case 'create-application': {
        const application = operations.applications.create(scope, parseObject(body));
        asked.visible?.add(application.id);
        return this.#created(this.#showApplication(application));
      }
      case 'update-application':
        this.#application(asked);
        return ok(this.#showApplication(operations.applications.update(scope, id, parseObject(body))));
      case 'delete-application':
        this.#application(asked);
        operations.applications.delete(scope, id);
        return this.#deleted(id);
      case 'change-settings':
        this.#application(asked);
        return { status: 202, result: operations.applications.changeSettings(scope, id, parseObject(body)) };
      case 'revoke-tokens':
        this.#access.sessions.revoke(this.#application(asked).id);
        return this.#revoked();
      case 'list-owned':
      case 'create-owned':
      case 'get-owned':
      case 'update-owned':
      case 'delete-owned':
      case 'make-reusable':
        return this.#owned(asked, operation);
      case 'list-reusable':
      case 'create-reusable':
      case 'get-reusable':
      case 'update-reusable':
      case 'delete-reusable':
        return this.#reusable(asked, operation);
      case 'list-group': {
        const groups = operations.groups.of(scope, asked.seen).map((group) => showGroup(group, switches));
        return { status: 200, ...this.#page(groups, asked.query, PER_PAGE.groups) };
      }
      case 'create-group':
        return this.#created(showGroup(operations.groups.create(scope, parseObject(body)), switches));
      case 'get-group':
        return ok(showGroup(operations.groups.get(scope, id, asked.seen), switches));
      case 'update-group':
        return ok(showGroup(operations.groups.update(scope, id, parseObject(body)), switches));
      case 'delete-group':
        operations.groups.delete(scope, id);
        return this.#deleted(id);
      case 'get-organization':
        return ok(organization.show());
      case 'update-organization':
        organization.change(parseObject(body));
        return ok(organization.show());
      case 'revoke-user':
        if (typeof parseObject(body)['email'] !== 'string') throw invalidRequest('email is missing');
        return ok(true);
    }
  }

  #readApplications(asked: Asked): Success {
    const { operations, store, switches } = this.#access;
    const { scope, seen, query, visible } = asked;
    const gone = store.deletedSince(store.clock.now() - switches.deletedPolicyLag, scope);
    if (gone !== undefined) throw policyNotFound(gone);
    if (asked.operation === 'get-application')
      return ok(this.#showApplication(this.#application(asked), seen));
    const found = searched(operations.applications.of(scope, seen), query, switches)
      .filter(({ id }) => visible?.has(id) ?? true)
      .map((application) => this.#showApplication(application, seen));
    return { status: 200, ...this.#page(found, query, PER_PAGE.applications) };
  }

  #owned(
    asked: Asked,
    operation: `${'list' | 'create' | 'get' | 'update' | 'delete'}-owned` | 'make-reusable',
  ): Success {
    const { policies } = this.#access.operations;
    const { policy: id, body, query, seen } = asked;
    const reads = operation === 'list-owned' || operation === 'get-owned';
    const application = this.#application(asked, reads ? seen : undefined);
    const show = (policy: PolicyRecord, state?: AccessState): Json => this.#showIn(asked, policy.id, state);
    switch (operation) {
      case 'list-owned': {
        const shown = policiesOf(application, seen).map(({ policy }) => show(policy, seen));
        return { status: 200, ...this.#page(shown, query, PER_PAGE.owned) };
      }
      case 'create-owned':
        return this.#created(show(policies.createOwned(application, parseBody(body))));
      case 'get-owned':
        return ok(show(policies.inApplication(application, id, seen).policy, seen));
      case 'update-owned':
        return ok(show(policies.updateOwned(application, id, parseBody(body))));
      case 'delete-owned':
        policies.deleteOwned(application, id);
        return this.#deleted(id);
      case 'make-reusable':
        return ok(show(policies.makeReusable(application, id)));
    }
  }

  #reusable(
    { scope, id, body, query, seen }: Asked,
    operation: `${'list' | 'create' | 'get' | 'update' | 'delete'}-reusable`,
  ): Success {
    const { policies } = this.#access.operations;
    const show = (policy: PolicyRecord, state = this.#access.store.state): Json =>
      showPolicy(policy, { kind: 'account' }, state, this.#access.switches);
    switch (operation) {
      case 'list-reusable': {
        const shown = policies.reusables(scope, seen).map((policy) => show(policy, seen));
        return { status: 200, ...this.#page(shown, query, PER_PAGE.reusable) };
      }
      case 'create-reusable':
        return this.#created(show(policies.createReusable(scope, parseBody(body))));
      case 'get-reusable':
        return ok(show(policies.reusable(scope, id, seen), seen));
      case 'update-reusable':
        return ok(show(policies.updateReusable(scope, id, parseBody(body))));
      case 'delete-reusable':
        policies.deleteReusable(scope, id);
        return this.#deleted(id);
    }
  }

  #application({ scope, id, visible }: Asked, state = this.#access.store.state): ApplicationRecord {
    const application = this.#access.operations.applications.get(scope, id, state);
    if (visible?.has(id) === false) throw unknownApplication();
    return application;
  }

  #showIn(asked: Asked, policy: string, state = this.#access.store.state): Json {
    const linked = this.#access.operations.policies.inApplication(
      this.#application(asked, state),
      policy,
      state,
    );
    const place: Place = { kind: 'application', precedence: linked.precedence };
    return showPolicy(linked.policy, place, state, this.#access.switches);
  }

  #showApplication(application: ApplicationRecord, state = this.#access.store.state): Json {
    return showApplication(application, state, this.#access.switches);
  }

  #page(
    items: readonly Json[],
    query: URLSearchParams,
    perPage: number,
  ): { readonly result: unknown; readonly result_info: unknown } {
    const page = pageOf(items, query, perPage, this.#access.switches);
    return { result: page.items, result_info: page.info };
  }

  #created(result: Json): Success {
    return { status: this.#access.switches.createStatus, result };
  }

  #deleted(id: string): Success {
    return { status: this.#access.switches.deleteStatus, result: { id } };
  }

  #revoked(): Success {
    const { revokeReply } = this.#access.switches;
    if (revokeReply === 'no-body') return { status: 202, result: null, withoutBody: true };
    return { status: 202, result: revokeReply === 'null-result' ? null : {} };
  }
}

function ok(result: unknown): Success {
  return { status: 200, result };
}
