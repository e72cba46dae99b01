import { Sandbox, PRODUCTION, WEB } from '../../../sandbox/sandbox.ts';
import type { Switches } from '../../../sandbox/cloudflare/switches.ts';
import type { TokenRecord } from '../../../sandbox/cloudflare/records.ts';
import { DEFAULT_SETTINGS } from '../../../sandbox/application/settings.ts';
import { GITHUB_TOKENS, ORIGINS } from '../../../sandbox/world.ts';
import { HOUR, type Milliseconds } from '../../../src/model/time.ts';
import type { Target } from '../../../src/model/target.ts';
import type { Action, Place, Workflow } from './actions.ts';
import type { Excuses } from '../../harness/judge.ts';
import { isSamePlace } from '../../harness/reported.ts';
import type { Asked, Inputs } from '../../harness/play.ts';
import { ci } from '../../harness/scenarios.ts';
import type { Watched } from '../../harness/standing.ts';
import { excusesIn } from '../../harness/worlds.ts';
import { Rotations } from '../rotations.ts';
import { unmarked } from '../unmarked.ts';
import { usable } from '../usable.ts';
import { APPLICATIONS, type ApplicationName } from './applications.ts';

/** Three places of which each needs a permission of its own. */
const PLACES: Readonly<
  Record<Place, { readonly target: Target; readonly line: string; readonly permission: string }>
> = [
  { target: WEB, line: 'repository=acme/web', permission: 'secrets' },
  { target: PRODUCTION, line: 'repository=acme/web, environment=production', permission: 'environments' },
  {
    target: { ...WEB, place: { kind: 'repository', owner: 'acme', repository: 'api', app: 'dependabot' } },
    line: 'repository=acme/api, app=dependabot',
    permission: 'dependabot_secrets',
  },
];

export const ALL_PLACES: readonly Place[] = [0, 1, 2];

interface WorkflowFile {
  places: readonly Place[];
  grace: string;
  rotateAfter: string;
  verifies: boolean;
}

/** The world in which the actions happen, and what people do there. */
export class Stage {
  readonly sandbox: Sandbox;
  readonly workflows: readonly [WorkflowFile, WorkflowFile] = [
    { places: [0, 1], grace: '36h', rotateAfter: '30d', verifies: true },
    { places: [2], grace: '36h', rotateAfter: '30d', verifies: false },
  ];
  readonly switches: Partial<Switches>;
  /** Places whose secret a person overwrote with what nobody can tell from a right one. */
  readonly #overwritten = new Set<Place>();
  readonly rotations: Rotations;
  /** Whether a person rotated the token last, as far as the action can know: it then asks for `adopt`. */
  rotatedByPeople = false;
  /** What the protected application is like. */
  application: ApplicationName = 'as it should be';

  constructor(switches: Partial<Switches>) {
    this.switches = switches;
    this.rotations = new Rotations(switches);
    this.sandbox = new Sandbox({ cloudflareSwitches: switches });
  }

  /** A run of a workflow, with these inputs besides those of its file. */
  asked(workflow: Workflow, more: Inputs = {}): Asked {
    const { places, grace, rotateAfter, verifies } = this.workflows[workflow];
    const verify = { 'verify-url': `${ORIGINS.application}/health`, 'verify-timeout': '45s' };
    const inputs = {
      targets: places.map((place) => PLACES[place].line).join('\n'),
      'grace-period': grace,
      'rotate-after': rotateAfter,
      ...(verifies ? verify : {}),
      ...more,
    };
    return { inputs: usable(inputs), tokens: this.tokensIn(places) };
  }

  tokensIn(places: readonly Place[]): readonly Watched[] {
    return ci(...places.map((place) => this.targetOf(place)));
  }

  targetOf(place: Place): Target {
    return PLACES[place].target;
  }

  /** What nobody can help in this world, and what people did. */
  get excuses(): Excuses {
    const now = this.sandbox.clock.now();
    const excuses = excusesIn(this.switches);
    const expired = excuses.expiryUntold === true && this.tokens.some(({ expiresAt }) => expiresAt <= now);
    return {
      ...excuses,
      target: (target) => {
        const place = placeOf(target);
        return expired || place === undefined || this.#overwritten.has(place) || this.isOverlooked(place);
      },
    };
  }

  /** What runs have written since that many changes is theirs again. */
  noteDeliveries(since: number): void {
    for (const { place, name, by } of this.sandbox.github.changes.slice(since)) {
      if (by !== 'request' || name !== WEB.clientSecretName) continue;
      for (const known of ALL_PLACES)
        if (isSamePlace(place, this.targetOf(known))) this.#overwritten.delete(known);
    }
  }

  /** All that have the name that the workflows ask for. */
  get tokens(): readonly TokenRecord[] {
    return this.sandbox.cloudflare.findByName('ci');
  }

  /**
   * Whether Cloudflare keeps two runs at once apart. Without a version, or where only `/rotate` brings a secret, it does
   * not.
   */
  get isGuarded(): boolean {
    return this.switches.hideVersion !== true && this.switches.updateReplyWithoutSecret !== true;
  }

  /** Of all workflows: of two graces for one token the marks know nothing. */
  get grace(): string {
    return this.workflows[0].grace;
  }

  /** Whether what the place holds may not be current and nothing tells. */
  isOverlooked(place: Place): boolean {
    const { place: where, clientSecretName } = this.targetOf(place);
    const storedAt = this.sandbox.github.secret(where, clientSecretName)?.updatedAt;
    return storedAt !== undefined && this.rotations.mayHide(place, storedAt, this.grace);
  }

  /** Does what people do; what cannot be done is left. */
  act(action: Exclude<Action, { kind: 'run' | 'duo' | 'pause' }>): void {
    switch (action.kind) {
      case 'configure':
        for (const file of this.workflows) file.grace = action.grace;
        this.workflows[action.workflow].rotateAfter = action.rotateAfter;
        this.workflows[action.workflow].verifies = action.verifies;
        return;
      case 'application':
        this.become(action.is);
        return;
      case 'target': {
        const file = this.workflows[action.workflow];
        const others = file.places.filter((place) => place !== action.place);
        const places = action.listed ? [...others, action.place] : others;
        if (places.length > 0) file.places = places;
        return;
      }
      case 'permission':
        this.permit(action.place, action.level);
        return;
      case 'dashboard':
        this.#dashboard(action.does);
        return;
      case 'dashboard rotation':
        for (const { id } of this.tokens.slice(0, 1)) {
          const previousExpiresAt = unmarked(this.sandbox.clock.now() + action.grace);
          this.sandbox.cloudflare.rotate(id, { previousExpiresAt });
          this.#noteRotationByPeople(action.grace);
        }
        return;
      case 'by hand':
        this.#byHand(action.place, action.does);
        return;
      case 'use': {
        const { clientId, clientSecret } = this.sandbox.storedPair(this.targetOf(action.place));
        this.sandbox.cloudflare.authenticate(clientId ?? '', clientSecret ?? '', { use: true });
      }
    }
  }

  become(application: ApplicationName): void {
    this.application = application;
    Object.assign(this.sandbox.application.settings, DEFAULT_SETTINGS, APPLICATIONS[application].settings);
  }

  permit(place: Place, level: 'write' | 'read' | 'none'): void {
    const permission = PLACES[place].permission;
    if (level === 'none') this.sandbox.github.revokePermission(GITHUB_TOKENS.write, permission);
    else this.sandbox.github.grant(GITHUB_TOKENS.write, permission, level);
  }

  #noteRotationByPeople(grace: Milliseconds): void {
    const now = this.sandbox.clock.now();
    this.rotations.add({ from: now, to: now, by: 'people', places: [], grace: `${grace / HOUR}h` });
    this.rotatedByPeople = true;
  }

  #dashboard(does: Extract<Action, { kind: 'dashboard' }>['does']): void {
    const { cloudflare } = this.sandbox;
    const [token] = does === 'rename back' ? cloudflare.findByName('renamed') : this.tokens;
    if (token === undefined) return;
    switch (does) {
      case 'rename':
        cloudflare.rename(token.id, 'renamed');
        return;
      case 'rename back':
        cloudflare.rename(token.id, 'ci');
        return;
      case 'renew':
        cloudflare.renew(token.id);
        return;
      case 'shorten':
        cloudflare.renew(token.id, '720h');
        return;
      case 'disable':
      case 'enable':
        cloudflare.setEnabled(token.id, does === 'enable');
        return;
      case 'delete':
        cloudflare.remove(token.id);
    }
  }

  #byHand(place: Place, does: Extract<Action, { kind: 'by hand' }>['does']): void {
    const { github } = this.sandbox;
    const target = this.targetOf(place);
    const [token] = this.tokens;
    switch (does) {
      case 'garbage':
        github.setSecret(target.place, target.clientSecretName, 'hunter2-hunter2');
        this.#overwritten.add(place);
        return;
      case 'current credentials':
        if (token === undefined) return;
        github.setSecret(target.place, target.clientSecretName, token.secret);
        github.setSecret(target.place, target.clientIdName, token.clientId);
        this.#overwritten.add(place);
        return;
      case 'no secret':
        github.removeSecret(target.place, target.clientSecretName);
        return;
      case 'no ID':
        github.removeSecret(target.place, target.clientIdName);
    }
  }
}

/** Undefined where it is none of the model's. */
export function placeOf(target: Target): Place | undefined {
  return ALL_PLACES.find((place) => PLACES[place].target === target);
}
