import { visibleTo } from './family-routes.ts';
import type { SecretPlace } from './places.ts';
import { demandSecretName, store } from './secret-store.ts';
import type { Sharing } from './sharing.ts';
import type { Secret, State, Variable } from './state.ts';
import type { Switches } from './switches.ts';
import { createVariable, demandVariableName, updateVariable } from './variable-store.ts';

/** One change to a secret or a variable: what was stored, or that it was removed. */
export interface Change {
  readonly at: number;
  readonly place: SecretPlace;
  /** In upper case, unless the switches have GitHub keep the case of a variable. */
  readonly name: string;
  /** Undefined if it was removed. */
  readonly value: string | undefined;
  /** Over HTTP, or by hand. */
  readonly by: 'request' | 'hand';
}

/** Everything that places store, as a person reads and changes it on GitHub's pages. */
export class Contents {
  /** Every change to any secret, oldest first. */
  readonly secretChanges: Change[] = [];
  /** Every change to any variable, oldest first. */
  readonly variableChanges: Change[] = [];
  readonly #state: State;
  readonly #switches: Switches;

  constructor(state: State, switches: Switches) {
    this.#state = state;
    this.#switches = switches;
  }

  readonly noteSecret = (place: SecretPlace, name: string, secret: Secret | undefined): void => {
    this.secretChanges.push({ ...this.#change(place, name, secret?.value), by: 'request' });
  };

  readonly noteVariable = (place: SecretPlace, name: string, variable: Variable | undefined): void => {
    this.variableChanges.push({ ...this.#change(place, name, variable?.value), by: 'request' });
  };

  secret(place: SecretPlace, name: string): Secret | undefined {
    return this.#state.scopeOf(place).secrets.get(name.toUpperCase());
  }

  variable(place: SecretPlace, name: string): Variable | undefined {
    return this.#state.scopeOf(place).variables.get(name.toUpperCase());
  }

  /** The `vars` of a job: of its environment, else of its repository, else of the organization that shares them. */
  vars(owner: string, repository: string, environment?: string): Record<string, string> {
    const found = this.#state.repository(owner, repository)?.repository;
    if (found === undefined) throw new Error(`there is no repository ${owner}/${repository}`);
    const own = found.environments.get(environment?.toLowerCase() ?? '');
    const levels = [
      visibleTo(found, this.#state.organizationScope(found.owner, 'actions').variables.values()),
      this.#state.repositoryScope(found, 'actions').variables.values(),
      own === undefined ? [] : this.#state.environmentScope(own).variables.values(),
    ];
    return Object.fromEntries(
      levels.flatMap((level) => [...level].map(({ name, value }) => [name.toUpperCase(), value])),
    );
  }

  setSecret(place: SecretPlace, name: string, value: string, sharing?: Sharing): void {
    demandSecretName(name);
    store(this.#state.scopeOf(place), place.kind, this.#switches, this.#state.clock.now(), {
      name,
      value,
      sharing: sharingAt(place, sharing, this.secret(place, name)),
    });
    this.secretChanges.push(this.#change(place, name.toUpperCase(), value));
  }

  /** @throws Error for a place whose app has no variables */
  setVariable(place: SecretPlace, name: string, value: string, sharing?: Sharing): void {
    if ('app' in place && (place.app === 'dependabot' || place.app === 'codespaces')) {
      throw new Error(`${place.app} has no variables`);
    }
    demandVariableName(name);
    const scope = this.#state.scopeOf(place);
    const now = this.#state.clock.now();
    const known = this.variable(place, name);
    const given = { value, sharing: sharingAt(place, sharing, known) };
    const variable =
      known === undefined
        ? createVariable(scope, place.kind, this.#switches, now, { name, ...given })
        : updateVariable(scope, this.#switches, now, known, given);
    this.variableChanges.push(this.#change(place, variable.name, value));
  }

  removeSecret(place: SecretPlace, name: string): void {
    if (!this.#state.scopeOf(place).secrets.delete(name.toUpperCase())) return;
    this.secretChanges.push(this.#change(place, name.toUpperCase(), undefined));
  }

  removeVariable(place: SecretPlace, name: string): void {
    const known = this.variable(place, name);
    if (known === undefined) return;
    this.#state.scopeOf(place).variables.delete(name.toUpperCase());
    this.variableChanges.push(this.#change(place, known.name, undefined));
  }

  #change(place: SecretPlace, name: string, value: string | undefined): Change {
    return { at: this.#state.clock.now(), place, name, value, by: 'hand' };
  }
}

function sharingAt(
  { kind }: SecretPlace,
  given: Sharing | undefined,
  kept: Partial<Sharing> | undefined,
): Sharing | undefined {
  if (kind !== 'organization') return undefined;
  return given ?? { visibility: kept?.visibility ?? 'private', repositoryIds: kept?.repositoryIds ?? [] };
}
