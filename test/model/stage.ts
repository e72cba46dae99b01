import { Sandbox, PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import type { Switches } from '../../sandbox/cloudflare/switches.ts';
import type { TokenRecord } from '../../sandbox/cloudflare/records.ts';
import { GITHUB_TOKENS } from '../../sandbox/world.ts';
import { MINUTE, SECOND, type Instant, type Target } from '../../src/model.ts';
import type { Action, Place, Workflow } from './actions.ts';

/** Three places of which each needs a permission of its own. */
export const PLACES: readonly {
  readonly target: Target;
  readonly line: string;
  readonly permission: string;
}[] = [
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
}

interface Rotation {
  readonly from: Instant;
  readonly to: Instant;
  readonly places: readonly Place[];
  readonly grace: string;
}

/** The world in which the actions happen, and what people do there. */
export class Stage {
  readonly sandbox: Sandbox;
  readonly workflows: readonly [WorkflowFile, WorkflowFile] = [
    { places: [0, 1], grace: '36h', rotateAfter: '30d' },
    { places: [2], grace: '36h', rotateAfter: '30d' },
  ];
  readonly switches: Partial<Switches>;
  /** Places whose secret a person overwrote with what nobody can tell from a right one. */
  readonly overwritten = new Set<Place>();
  /** Rotations by runs, with the places that they were for. */
  readonly rotations: Rotation[] = [];

  constructor(switches: Partial<Switches>) {
    this.switches = switches;
    this.sandbox = new Sandbox({ cloudflareSwitches: switches });
  }

  inputs(workflow: Workflow): Record<string, string> {
    const { places, grace, rotateAfter } = this.workflows[workflow];
    return {
      targets: places.map((place) => lineOf(place)).join('\n'),
      'grace-period': grace,
      'rotate-after': rotateAfter,
    };
  }

  /** All that have the name that the workflows ask for. */
  get tokens(): readonly TokenRecord[] {
    return this.sandbox.cloudflare.findByName('ci');
  }

  holdsCurrent(place: Place): boolean {
    const { clientId, clientSecret } = this.sandbox.storedPair(targetOf(place));
    return this.tokens.some((token) => token.clientId === clientId && token.secret === clientSecret);
  }

  /**
   * Whether the marks cannot tell that what the place holds is of an earlier rotation: a run for other places rotated
   * right after it was written. Such places are not promised anything: see docs/decisions.md, "A missing or stale
   * secret is not waited for".
   */
  isOverlooked(place: Place): boolean {
    const { place: where, clientSecretName } = targetOf(place);
    const storedAt = this.sandbox.github.secret(where, clientSecretName)?.updatedAt;
    if (storedAt === undefined) return false;
    return this.rotations.some(({ from, to, places, grace }) => {
      // Where the grace was changed since, the marks know the moment to the hour only.
      const blur = (grace === this.workflows[0].grace ? 3 : 62) * MINUTE;
      return !places.includes(place) && storedAt <= to && from < storedAt + blur;
    });
  }

  /** Does what people do; what cannot be done is left. */
  act(action: Exclude<Action, { kind: 'run' | 'duo' | 'pause' }>): void {
    switch (action.kind) {
      case 'configure':
        // Of two graces for one token the marks know nothing.
        for (const file of this.workflows) file.grace = action.grace;
        this.workflows[action.workflow].rotateAfter = action.rotateAfter;
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
          const end = this.sandbox.clock.now() + action.grace;
          // One in thirty has a mark by chance, and is taken for a rotation by the action.
          const marked = [17, 43].includes(new Date(end).getUTCSeconds());
          const previousExpiresAt = marked ? end + SECOND : end;
          this.sandbox.cloudflare.rotate(id, { previousExpiresAt });
        }
        return;
      case 'by hand':
        this.#byHand(action.place, action.does);
        return;
      case 'use': {
        const { clientId, clientSecret } = this.sandbox.storedPair(targetOf(action.place));
        this.sandbox.cloudflare.authenticate(clientId ?? '', clientSecret ?? '', { use: true });
      }
    }
  }

  permit(place: Place, level: 'write' | 'read' | 'none'): void {
    const permission = PLACES[place]?.permission ?? '';
    if (level === 'none') this.sandbox.github.revokePermission(GITHUB_TOKENS.write, permission);
    else this.sandbox.github.grant(GITHUB_TOKENS.write, permission, level);
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
    const target = targetOf(place);
    const [token] = this.tokens;
    switch (does) {
      case 'garbage':
        github.setSecret(target.place, target.clientSecretName, 'hunter2-hunter2');
        this.overwritten.add(place);
        return;
      case 'current pair':
        if (token === undefined) return;
        github.setSecret(target.place, target.clientSecretName, token.secret);
        github.setSecret(target.place, target.clientIdName, token.clientId);
        this.overwritten.add(place);
        return;
      case 'no secret':
        github.removeSecret(target.place, target.clientSecretName);
        return;
      case 'no ID':
        github.removeSecret(target.place, target.clientIdName);
    }
  }
}

export function targetOf(place: Place): Target {
  return PLACES[place]?.target ?? WEB;
}

function lineOf(place: Place): string {
  return PLACES[place]?.line ?? '';
}
