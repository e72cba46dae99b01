import { away, dayOf, minuteOf, roughly } from '../../model/calendar.ts';
import { DAY, type Instant } from '../../model/time.ts';
import { byCloudflaresClock } from '../conclude.ts';
import { isStuck, type TokenOutcome } from '../outcome.ts';

/** One row of the timeline. */
export interface Row {
  /** What it is, such as `Previous secret`. */
  readonly title: string;
  /** What about it and when, such as `until 26 Nov 2026`. */
  readonly note: string;
  /** Beside or inside its bar, at most some 14 letters. */
  readonly label: string;
  /** A moment, or a bar; an end that is undefined lies outside of the picture. */
  readonly shape:
    | { readonly kind: 'moment'; readonly at: Instant }
    | { readonly kind: 'bar'; readonly from: Instant | undefined; readonly until: Instant | undefined };
  /** `guards` is amber, `works` green, `harms` red, `plain` grey. */
  readonly tone: 'guards' | 'works' | 'harms' | 'plain';
}

/** Nearer than this, the time of day matters. */
const NEAR = 2 * DAY;

/** The lives of the token and of its secrets as they are now; empty if there is too little to show. */
export function timelineOf(outcome: TokenOutcome): readonly Row[] {
  const { token, now } = outcome;
  // A leased token ends with its job.
  if (token === undefined || outcome.deeds.includes('leased')) return [];
  const rows = [previousRow(outcome), currentRow(outcome), tokenRow(outcome)].filter(
    (row) => row !== undefined,
  );
  if (rows.length < 2) return [];
  const run: Row = {
    title: 'This run',
    note: noteOf('', now, now),
    label: 'now',
    shape: { kind: 'moment', at: now },
    tone: 'plain',
  };
  return [run, ...rows];
}

/** While it works, it protects whoever still has it; it harms if a failed target stores it after its end. */
function previousRow(outcome: TokenOutcome): Row | undefined {
  const { now, previousSecretExpiresAt: end, previousSecretIsHeld, targets } = outcome;
  const bar = { kind: 'bar', from: previousSince(outcome) } as const;
  if (end !== undefined && previousSecretIsHeld) {
    return {
      title: 'Previous secret',
      note: noteOf('until', end, now),
      label: `${roughly(end - now)} left`,
      shape: { ...bar, until: end },
      tone: 'guards',
    };
  }
  const ended = targets.flatMap(({ worksUntil }) =>
    worksUntil !== undefined && worksUntil <= now ? [worksUntil] : [],
  );
  if (ended.length === 0) return undefined;
  const last = Math.min(...ended);
  return {
    title: 'Previous secret',
    note: noteOf('ended', last, now),
    label: away(last, now),
    shape: { ...bar, until: last },
    tone: 'harms',
  };
}

/** When it became the previous one. */
function previousSince({ rotation, token, now }: TokenOutcome): Instant | undefined {
  const at = rotation === undefined || rotation.kind === 'foreign' ? token?.updatedAt : rotation.at;
  return at === undefined ? undefined : Math.min(now, at);
}

function currentRow(outcome: TokenOutcome): Row | undefined {
  const { token, now } = outcome;
  const rotateDueAt = isStuck(outcome) ? undefined : outcome.rotateDueAt;
  const expiry = token?.expiresAt ?? Infinity;
  // A token that has expired lets nobody in, whatever secret it has.
  if (expiry <= now) return undefined;
  const from = currentSince(outcome);
  const works = { title: 'Current secret', tone: 'works' } as const;
  // One that is due works until it is rotated, which the next run decides.
  if (rotateDueAt === undefined || rotateDueAt <= now) {
    const since = from === undefined ? 'rotated elsewhere' : noteOf('since', from, now);
    return {
      ...works,
      note: rotateDueAt === undefined ? since : 'due with the next run',
      label: 'works',
      shape: { kind: 'bar', from, until: token?.expiresAt },
    };
  }
  const dueAt = Math.min(rotateDueAt, expiry);
  return {
    ...works,
    note: noteOf(dueAt < expiry ? 'due' : 'until', dueAt, now),
    label: `${roughly(dueAt - now)} left`,
    shape: { kind: 'bar', from, until: dueAt },
  };
}

/** GitHub says when the current secret was stored; the moment of the rotation is read from a mark, which is less exact. */
function currentSince(outcome: TokenOutcome): Instant | undefined {
  const { targets, rotation, token, now } = outcome;
  if (rotation?.kind === 'foreign' && isStuck(outcome)) return undefined;
  const stored = targets.flatMap(({ status, storedAt }) =>
    storedAt !== undefined && (status === 'delivered' || status === 'unchanged') ? [storedAt] : [],
  );
  if (stored.length > 0) return byCloudflaresClock(Math.min(...stored), outcome);
  const at = rotation === undefined || rotation.kind === 'foreign' ? undefined : rotation.at;
  const known = rotation === undefined ? token?.createdAt : at;
  return known === undefined ? undefined : Math.min(now, Math.max(known, token?.createdAt ?? known));
}

function tokenRow({ token, now }: TokenOutcome): Row | undefined {
  if (token === undefined) return undefined;
  const bar = { kind: 'bar', from: token.createdAt } as const;
  const row = { title: 'Token', tone: 'plain' } as const;
  if (token.duration === 'forever') {
    return { ...row, note: 'never expires', label: 'no end', shape: { ...bar, until: undefined } };
  }
  const { expiresAt } = token;
  if (expiresAt === undefined) return undefined;
  const shape = { ...bar, until: expiresAt };
  return expiresAt > now
    ? { ...row, note: noteOf('expires', expiresAt, now), label: `${roughly(expiresAt - now)} left`, shape }
    : {
        title: 'Token',
        tone: 'harms',
        note: noteOf('expired', expiresAt, now),
        label: away(expiresAt, now),
        shape,
      };
}

/** Such as `until 26 Nov 2026` or, if it is near, `until 26 Nov, 18:03`. */
function noteOf(word: string, at: Instant, now: Instant): string {
  const near = Math.abs(at - now) < NEAR;
  const date = near ? minuteOf(at).replace(/ \d{4},(.*) UTC$/, ',$1') : dayOf(at);
  return `${word} ${date}`.trim();
}
