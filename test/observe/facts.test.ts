import { describe, expect, it } from 'vitest';
import type { ServiceToken } from '../../src/model/service-token.ts';
import { DAY, HOUR, MINUTE, type Instant } from '../../src/model/time.ts';
import { targetsThatAre, type Facts } from '../../src/observe/facts.ts';
import {
  NOW,
  TOKEN,
  UNMARKED,
  completedToken,
  environmentMissing,
  factsIn,
  foreignToken,
  otherToken,
  pendingToken,
  stored,
  storedWithVariable,
  unreadable,
  type Situation,
} from '../plan/situation.ts';

const before = NOW - 10 * DAY;
const zone = { 'cloudflare-zone-id': 'b'.repeat(32) };

describe('what a target stores', () => {
  const storedIn = (situation: Situation): readonly string[] =>
    factsIn(situation).targets.map(({ stored: state }) => state);

  it('is up to date, outdated, missing or unreadable', () => {
    const targets = [
      stored(before),
      stored(before - DAY),
      stored(undefined),
      stored(undefined, { clientId: true }),
      environmentMissing(),
      unreadable(),
    ];
    const states = ['up-to-date', 'outdated', 'missing', 'missing', 'missing', 'unreadable'];
    expect(storedIn({ token: completedToken(before), targets })).toEqual(states);
    const facts = factsIn({ token: completedToken(before), targets });
    expect(facts.readable).toEqual(facts.targets.slice(0, -1));
    expect(targetsThatAre(facts, 'outdated')).toEqual([targets[1]?.target]);
  });

  it('is outdated if there is no token, or more than one', () => {
    expect(storedIn({ targets: [stored(NOW)] })).toEqual(['outdated']);
    expect(storedIn({ token: TOKEN, namesakes: [UNMARKED], targets: [stored(NOW)] })).toEqual(['outdated']);
  });

  it('is outdated if its client ID variable is that of another token, whatever its age', () => {
    const other = otherToken('2');
    const targets = [storedWithVariable(before, other.clientId)];
    expect(storedIn({ token: completedToken(before), targets, others: [other] })).toEqual(['outdated']);
    // Nobody has it: a client ID that is merely wrong says nothing of the secret.
    expect(storedIn({ token: completedToken(before), targets })).toEqual(['up-to-date']);
  });
});

describe('whose credentials a target stores', () => {
  const at = NOW - 20 * DAY;
  const other = otherToken('2', { ...pickEnd(completedToken(at)), updatedAt: at });
  const third = { ...other, id: 'third', name: 'third' };
  const takenBy = (situation: Situation): readonly (string | undefined)[] =>
    factsIn(situation).targets.map(({ takenBy: holder }) => holder?.name);
  const token = completedToken(before);

  function pickEnd({ previousSecretExpiresAt }: ServiceToken): Partial<ServiceToken> {
    return { previousSecretExpiresAt };
  }

  it('is certain by a client ID variable, in every rotation state', () => {
    const variable = storedWithVariable(at, other.clientId);
    for (const each of [token, pendingToken(before), UNMARKED, foreignToken(before)]) {
      expect(takenBy({ token: each, targets: [variable], others: [other] })).toEqual([other.name]);
    }
    expect(
      takenBy({ token, targets: [storedWithVariable(undefined, other.clientId)], others: [other] }),
    ).toEqual([other.name]);
  });

  it('is nobody else by a client ID variable of this token, whatever the age says', () => {
    expect(takenBy({ token, targets: [storedWithVariable(at, token.clientId)], others: [other] })).toEqual([
      undefined,
    ]);
    expect(takenBy({ token, targets: [storedWithVariable(at, 'nobody.access')], others: [other] })).toEqual([
      undefined,
    ]);
  });

  it('is told by the age of an outdated secret if exactly one other token fits', () => {
    expect(takenBy({ token, targets: [stored(at)], others: [other] })).toEqual([other.name]);
    expect(takenBy({ token, targets: [stored(at)], others: [other, otherToken('4')] })).toEqual([other.name]);
    expect(takenBy({ token, targets: [stored(at)], others: [other, third] })).toEqual([undefined]);
    expect(takenBy({ token, targets: [stored(at)] })).toEqual([undefined]);
  });

  it('is told by the age only within an hour of the other rotation', () => {
    const shifts = [-3 * MINUTE, 0, HOUR, HOUR + 2 * MINUTE];
    const targets = shifts.map((shift) => stored(at + shift));
    const found = [undefined, other.name, other.name, undefined];
    expect(takenBy({ token, targets, others: [other] })).toEqual(found);
  });

  it.each<[string, ServiceToken]>([
    ['is pending', pendingToken(before)],
    ['was made by hand', UNMARKED],
    ["is a person's", foreignToken(before)],
    ['is never told', { ...TOKEN, previousSecretExpiresAt: undefined }],
  ])('is not told by the age if the last rotation of this token %s', (_name, each) => {
    expect(takenBy({ token: each, targets: [stored(at)], others: [other] })).toEqual([undefined]);
  });

  it.each<[string, Partial<ServiceToken>]>([
    ['is pending', pickEnd(pendingToken(at))],
    ["is a person's", { previousSecretExpiresAt: at + 5_000 }],
    ['is none', { version: 1, previousSecretExpiresAt: undefined, createdAt: at }],
    ['is never told', { previousSecretExpiresAt: undefined }],
  ])('is not told by the age if the last rotation of the other token %s', (_name, fields) => {
    expect(takenBy({ token, targets: [stored(at)], others: [{ ...other, ...fields }] })).toEqual([undefined]);
  });

  it('is not told by the age of a secret that is up to date, or missing', () => {
    const same = { ...other, ...pickEnd(token), updatedAt: before };
    expect(
      takenBy({ token, targets: [stored(before), stored(undefined), unreadable()], others: [same] }),
    ).toEqual([undefined, undefined, undefined]);
  });
});

describe('who owns the token, and which way brings its secret', () => {
  const minute = (instant: Instant): Instant => Math.floor(instant / MINUTE) * MINUTE;
  const cut = (token: ServiceToken): ServiceToken => ({
    ...token,
    previousSecretExpiresAt: minute(token.previousSecretExpiresAt ?? 0),
  });
  const hidden = (token: ServiceToken): ServiceToken => ({ ...token, previousSecretExpiresAt: undefined });
  const unversioned = (token: ServiceToken): ServiceToken => ({ ...token, version: undefined });
  const delivered = [stored(before)];

  it.each<[string, ServiceToken, Facts['own'], Facts['way']]>([
    ['a mark of an update', completedToken(before), true, 'update'],
    ['a mark of /rotate', completedToken(before, 36 * HOUR, 'rotate'), true, 'rotate'],
    ['a pending mark of /rotate', pendingToken(before, 'rotate'), true, 'rotate'],
    ['no mark', UNMARKED, false, 'untried'],
    ["a person's rotation", foreignToken(before), false, 'untried'],
    ['an end without seconds that fits the delivery', cut(completedToken(before)), true, 'rotate'],
    ['an end without seconds that fits no delivery', cut(completedToken(NOW - 20 * DAY)), false, 'untried'],
    [
      'an end without seconds of a token that was renewed since',
      { ...cut(completedToken(before)), updatedAt: NOW },
      true,
      'rotate',
    ],
    ['a hidden end after a rotation', hidden(completedToken(before)), true, 'rotate'],
    ['a hidden end before any rotation', hidden(UNMARKED), false, 'untried'],
    ['a mark and a hidden version', unversioned(completedToken(before)), true, 'update'],
    ['hidden end and version after a rotation', unversioned(hidden(completedToken(before))), true, 'rotate'],
    [
      'hidden end and version of a token that nobody touched',
      unversioned(hidden({ ...UNMARKED, updatedAt: UNMARKED.createdAt })),
      false,
      'untried',
    ],
  ])('by %s', (_name, token, own, way) => {
    const facts = factsIn({ token, targets: delivered });
    expect({ own: facts.own, way: facts.way }).toEqual({ own, way });
  });

  it('is an update in a zone, which has no /rotate', () => {
    const wayOf = (token: ServiceToken): Facts['way'] =>
      factsIn({ token, targets: delivered, inputs: zone }).way;
    expect(wayOf(hidden(completedToken(before)))).toBe('update');
    expect(wayOf(cut(completedToken(before)))).toBe('update');
    expect(wayOf(UNMARKED)).toBe('untried');
  });

  it('is nobody of a token that does not exist', () => {
    expect(factsIn({})).toMatchObject({
      own: false,
      way: 'untried',
      graceEndsAt: undefined,
      token: undefined,
    });
  });
});
