import { WEB, type Sandbox } from '../../sandbox/sandbox.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import type { Way } from '../../src/cloudflare/rotation.ts';
import type { Target } from '../../src/model/target.ts';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../src/model/time.ts';
import { completedMark, endedMark, pendingMark } from '../../src/observe/rotation-state.ts';

// The states of things that scenarios find.

const SCOPE = { kind: 'account', id: ACCOUNT } as const;

/** Which request brings a secret in the sandbox's world, as the action's marks say it. */
export function wayIn({ cloudflare }: Sandbox): Way {
  return cloudflare.switches.updateReplyWithoutSecret ? 'rotate' : 'update';
}

/** The end of the previous secret that a completed rotation of this moment has. */
export function completedNow(sandbox: Sandbox): Instant {
  const now = sandbox.clock.now();
  return completedMark({
    rotatedAt: now,
    way: wayIn(sandbox),
    gracePeriod: 36 * HOUR,
    now,
    stands: now + 30 * DAY,
  });
}

/**
 * A token of the action's own that is in use: rotated at birth, and its credentials are in every target for 60 days.
 * `byHand`: a person created it and pasted them.
 */
export function inUse(targets: readonly Target[], { byHand = false } = {}) {
  return (sandbox: Sandbox): void => {
    const { cloudflare, github, clock } = sandbox;
    let token = cloudflare.createToken({ scope: SCOPE, name: 'ci', duration: '8760h' });
    cloudflare.createToken({ scope: SCOPE, name: 'another' });
    if (!byHand) {
      clock.advance(SECOND);
      const previousExpiresAt = endedMark(undefined, clock.now(), wayIn(sandbox));
      token = cloudflare.rotate(token.id, { previousExpiresAt });
    }
    for (const { place, clientIdName, clientSecretName } of targets) {
      github.setSecret(place, clientIdName, token.clientId);
      github.setSecret(place, clientSecretName, token.secret);
    }
    clock.advance(60 * DAY);
    cloudflare.authenticate(token.clientId, token.secret, { use: true });
  };
}

/** A rotation of yesterday has reached some of the targets, and nobody knows its secret any more. */
export function halfDelivered(targets: readonly Target[], reached: readonly Target[]) {
  return (sandbox: Sandbox): void => {
    const { cloudflare, github, clock } = sandbox;
    inUse(targets)(sandbox);
    for (const { id } of cloudflare.findByName('ci')) {
      const { secret } = cloudflare.rotate(id, {
        previousExpiresAt: pendingMark(clock.now(), wayIn(sandbox)),
      });
      clock.advance(MINUTE);
      for (const { place, clientSecretName } of reached) github.setSecret(place, clientSecretName, secret);
    }
    clock.advance(DAY);
  };
}

/** The token was rotated a day ago, and its grace period is not over. */
export function inGrace(sandbox: Sandbox): void {
  const { cloudflare, github, clock } = sandbox;
  inUse([WEB])(sandbox);
  for (const { id } of cloudflare.findByName('ci')) {
    const previousExpiresAt = completedNow(sandbox);
    const { secret } = cloudflare.rotate(id, { previousExpiresAt });
    github.setSecret(WEB.place, WEB.clientSecretName, secret);
  }
  clock.advance(DAY);
}
