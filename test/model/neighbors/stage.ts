import type { Switches } from '../../../sandbox/cloudflare/switches.ts';
import type { TokenRecord } from '../../../sandbox/cloudflare/records.ts';
import { API, PRODUCTION, Sandbox, WEB, type StoredPair } from '../../../sandbox/sandbox.ts';
import { ACCOUNT } from '../../../sandbox/world.ts';
import type { Target } from '../../../src/model/target.ts';
import { isSamePlace } from '../../harness/reported.ts';
import type { Asked, Inputs } from '../../harness/play.ts';
import type { Watched } from '../../harness/standing.ts';
import { unmarked } from '../unmarked.ts';
import { usable } from '../usable.ts';
import { TOKEN_NAMES, type Action, type Place, type Says, type TokenName, type Workflow } from './actions.ts';
import { Policies } from './policies.ts';

export const ALL_PLACES: readonly Place[] = [0, 1, 2];

const LINES: readonly string[] = [
  'repository=acme/web',
  'repository=acme/api, client-id-kind=variable',
  'repository=acme/web, environment=production',
];

/** Each token has targets of its own, since a place may store the credentials of either. */
function targets(): readonly [Target, Target, Target] {
  return [{ ...WEB }, { ...API, clientIdKind: 'variable' }, { ...PRODUCTION }];
}

interface WorkflowFile {
  readonly token: TokenName;
  places: readonly Place[];
}

/** Two tokens, the places that both may go to, the workflows that deliver them, and the people around them. */
export class Stage {
  readonly sandbox: Sandbox;
  readonly switches: Partial<Switches>;
  readonly policies: Policies;
  readonly grace: string;
  readonly workflows: readonly [WorkflowFile, WorkflowFile, WorkflowFile] = [
    { token: 'ci', places: [0, 2] },
    { token: 'ci', places: [0, 1] },
    { token: 'deploy', places: [1] },
  ];
  readonly #targets: Readonly<Record<TokenName, readonly Target[]>> = { ci: targets(), deploy: targets() };
  /** What people hold, and what only they know of it. */
  readonly #held = new Map<TokenName, StoredPair>();
  /** Which token each client secret is of, by id; one that was replaced before a run ended is not in it. */
  readonly #mintedFor = new Map<string, string>();
  /** Ids of tokens that a person created or rotated last. */
  readonly #peoples = new Set<string>();
  /** Places that a person wrote last. */
  readonly #byHand = new Set<Place>();

  constructor(switches: Partial<Switches>, grace: string) {
    this.switches = switches;
    this.grace = grace;
    this.sandbox = new Sandbox({ cloudflareSwitches: switches });
    this.policies = new Policies(this.sandbox);
  }

  /** Both tokens with all their targets, and the laptops that hold their credentials. */
  get watched(): readonly Watched[] {
    return TOKEN_NAMES.map((name) => ({
      name,
      targets: ALL_PLACES.map((place) => this.targetOf(name, place)),
      holders: [{ name: `a laptop with ${name}`, pair: () => this.held(name) }],
    }));
  }

  targetOf(name: TokenName, place: Place): Target {
    const target = this.#targets[name][place];
    if (target === undefined) throw new RangeError(`there is no place ${place}`);
    return target;
  }

  /** Undefined if it is none of this token's. */
  placeOf(name: TokenName, target: Target): Place | undefined {
    return ALL_PLACES.find((place) => this.targetOf(name, place) === target);
  }

  /** What people hold of a token. */
  held(name: TokenName): StoredPair {
    return this.#held.get(name) ?? { clientId: undefined, clientSecret: undefined };
  }

  tokenOf(name: TokenName): TokenRecord | undefined {
    return this.sandbox.cloudflare.findByName(name)[0];
  }

  /** Whether a person created the token or rotated it last. */
  isPeoples({ id }: TokenRecord): boolean {
    return this.#peoples.has(id);
  }

  isByHand(place: Place): boolean {
    return this.#byHand.has(place);
  }

  /** Whose credentials a place stores, whole or not: by the client ID. */
  ownerOf(place: Place): TokenName | undefined {
    const { clientId } = this.sandbox.storedPair(this.targetOf('ci', place));
    return TOKEN_NAMES.find((name) => clientId !== undefined && this.tokenOf(name)?.clientId === clientId);
  }

  /** Whether a place stores the client secret of a token, current or not, that is not this one. */
  storesSecretOfAnother(place: Place, { id }: TokenRecord): boolean {
    const { clientSecret = '' } = this.sandbox.storedPair(this.targetOf('ci', place));
    return (this.#mintedFor.get(clientSecret) ?? id) !== id;
  }

  /** What a place stores. */
  storedIn(place: Place) {
    const target = this.targetOf('ci', place);
    return {
      stores: this.sandbox.storedPair(target).clientSecret !== undefined,
      owner: this.ownerOf(place),
      byHand: this.isByHand(place),
      works: this.sandbox.logsIn(target),
    };
  }

  /** A run of a workflow. */
  asked(workflow: Workflow, says: Says, selects: TokenName | undefined, more: Inputs = {}): Asked {
    const passes: Inputs = says === 'nothing' ? {} : { [says]: 'true' };
    if (workflow === 3) return this.#fleet(selects, { ...passes, ...more });
    const { token, places } = this.workflows[workflow];
    const lines = this.policies.linesOf(token);
    const inputs: Inputs = {
      'token-name': token,
      targets: places.map((place) => LINES[place]).join('\n'),
      'grace-period': this.grace,
      'rotate-after': '20d',
      ...(lines.length > 0 ? { 'admit-to': lines.join('\n') } : {}),
      ...passes,
      ...more,
    };
    return { inputs: usable(inputs), tokens: [this.#asWatched(token, places)] };
  }

  /** Whether both entries of the manifest write one name in one place. */
  get collides(): boolean {
    const [one, , other] = this.workflows;
    return one.places.some((place) => other.places.includes(place));
  }

  #fleet(selects: TokenName | undefined, more: Inputs): Asked {
    const selected =
      more['adopt'] ??
      more['force'] ??
      (['delete', 'revoke'].includes(more['operation'] ?? '') ? 'true' : undefined);
    const only = selected === undefined ? selects : (selects ?? 'ci');
    const [one, , other] = this.workflows;
    const entries = [one, other].map(({ token, places }) => ({
      name: token,
      'grace-period': this.grace,
      'rotate-after': '20d',
      'admit-to': this.policies.linesOf(token).join('\n') || undefined,
      targets: places.map((place) => LINES[place]).join('\n'),
    }));
    const tokens = entries.map(({ name }, index) => this.#asWatched(name, [one, other][index]?.places ?? []));
    return {
      inputs: usable({ 'token-name': only ?? '', manifest: JSON.stringify({ tokens: entries }), ...more }),
      tokens: tokens.filter(({ name }) => only === undefined || name === only),
    };
  }

  #asWatched(name: TokenName, places: readonly Place[]): Watched {
    return { name, targets: places.map((place) => this.targetOf(name, place)) };
  }

  /** Takes note of what a run has written and minted; `before` is from right before it. */
  noteRun(before: readonly TokenRecord[], changes: { readonly secrets: number }): void {
    for (const token of this.sandbox.cloudflare.list()) {
      const earlier = before.find(({ id }) => id === token.id);
      if (earlier?.version !== token.version) this.#peoples.delete(token.id);
      this.#mintedFor.set(token.secret, token.id);
    }
    for (const change of this.sandbox.github.changes.slice(changes.secrets)) {
      if (change.by !== 'request' || change.name !== WEB.clientSecretName) continue;
      for (const place of ALL_PLACES)
        if (isSamePlace(change.place, this.targetOf('ci', place))) this.#byHand.delete(place);
    }
  }

  /** Does what people do; what cannot be done is left. */
  act(action: Exclude<Action, { kind: 'run' | 'pause' }>): void {
    switch (action.kind) {
      case 'list': {
        const file = this.workflows[action.workflow];
        const others = file.places.filter((place) => place !== action.place);
        const places = action.is ? [...others, action.place] : others;
        if (places.length > 0) file.places = places;
        return;
      }
      case 'admit':
        this.policies.list(action.token, action.to, action.is);
        return;
      case 'policies':
        this.policies.act(action.does);
        return;
      case 'create':
        this.#create(action.token);
        return;
      case 'rotate':
        this.#rotate(action.token, action.grace);
        return;
      case 'delete': {
        const token = this.tokenOf(action.token);
        if (token === undefined) return;
        this.policies.forget(token.id);
        this.sandbox.cloudflare.remove(token.id);
        return;
      }
      case 'paste':
        this.#store(action.place, this.held(action.token));
        return;
      case 'overwrite':
        this.#store(action.place, { clientId: undefined, clientSecret: 'hunter2-hunter2' });
        return;
      case 'clear':
        this.#clear(action.place);
        return;
      case 'use': {
        const { clientId = '', clientSecret = '' } = this.held(action.token);
        this.sandbox.cloudflare.authenticate(clientId, clientSecret, { use: true });
      }
    }
  }

  #create(name: TokenName): void {
    if (this.tokenOf(name) !== undefined) return;
    const scope = { kind: 'account', id: ACCOUNT } as const;
    this.#keep(name, this.sandbox.cloudflare.createToken({ scope, name, duration: '8760h' }));
  }

  #rotate(name: TokenName, grace: number): void {
    const token = this.tokenOf(name);
    if (token === undefined) return;
    const previousExpiresAt = unmarked(this.sandbox.clock.now() + grace);
    this.#keep(name, this.sandbox.cloudflare.rotate(token.id, { previousExpiresAt }));
  }

  #keep(name: TokenName, { id, clientId, secret }: TokenRecord): void {
    this.#held.set(name, { clientId, clientSecret: secret });
    this.#mintedFor.set(secret, id);
    this.#peoples.add(id);
  }

  #store(place: Place, { clientId, clientSecret }: StoredPair): void {
    const target = this.targetOf('ci', place);
    const { github } = this.sandbox;
    if (clientSecret === undefined) return;
    github.setSecret(target.place, target.clientSecretName, clientSecret);
    this.#byHand.add(place);
    if (clientId === undefined) return;
    if (target.clientIdKind === 'variable') github.setVariable(target.place, target.clientIdName, clientId);
    else github.setSecret(target.place, target.clientIdName, clientId);
  }

  #clear(place: Place): void {
    const { place: where, clientIdName, clientSecretName } = this.targetOf('ci', place);
    this.sandbox.github.removeSecret(where, clientSecretName);
    this.sandbox.github.removeSecret(where, clientIdName);
    this.sandbox.github.removeVariable(where, clientIdName);
    this.#byHand.delete(place);
  }
}
