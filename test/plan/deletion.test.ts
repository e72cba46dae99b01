import { describe, expect, it } from 'vitest';
import type { Admission, AdmissionState } from '../../src/model/admission.ts';
import { Problem } from '../../src/model/problem.ts';
import type { TargetState } from '../../src/model/target.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import { planFor } from '../../src/plan/planning.ts';
import type { Plan } from '../../src/plan/plan.ts';
import {
  NOW,
  TOKEN,
  UNMARKED,
  environmentMissing,
  factsIn,
  foreignToken,
  otherToken,
  stored,
  storedWithVariable,
  unreadable,
  type Situation,
} from './situation.ts';

const plan = (situation: Situation): Plan => planFor(factsIn(situation), true);
const kinds = ({ steps }: Plan): string[] => steps.map(({ kind }) => kind);
const rotated = NOW - HOUR;
const old = stored(NOW - 60 * DAY);
const twin = otherToken('1', { name: TOKEN.name });
const id = { 'token-id': TOKEN.id };

const application = { id: 'a1', name: 'app' };
const line = { kind: 'application', value: 'app.example.com' } as const;
const admission: Admission = { kind: 'own-policy', what: 'application "app"', line, application };
const admitted = (by: Admission | undefined): AdmissionState => ({
  kind: 'admitted',
  line,
  what: 'application "app"',
  application,
  warnings: [],
  admission: by,
});
const notAdmitted: AdmissionState = { ...admitted(undefined), kind: 'missing', admission };

describe('operation: delete', () => {
  const inputs = { operation: 'delete', 'rotate-after': '' };
  const targets = (...states: readonly TargetState[]): Pick<Situation, 'targets'> => ({ targets: states });

  it.each<[string, Situation, readonly string[], string]>([
    [
      'the token and its credentials',
      { token: TOKEN, ...targets(old), inputs },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    [
      'a disabled one as well',
      { token: { ...TOKEN, enabled: false }, inputs },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    ['not one of somebody else', { token: UNMARKED, ...targets(old), inputs }, [], 'token-unmanaged'],
    [
      'not one of somebody else that nobody ever used',
      { token: UNMARKED, ...targets(stored(undefined)), inputs },
      [],
      'token-unmanaged',
    ],
    [
      'one of somebody else, with adopt',
      { token: UNMARKED, ...targets(old), inputs: { ...inputs, adopt: 'true' } },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    [
      'one of somebody else, by force',
      { token: foreignToken(rotated), ...targets(old), inputs: { ...inputs, force: 'true' } },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    [
      'nothing if neither a token is there nor a target named',
      { ...targets(old), inputs },
      [],
      'token-missing',
    ],
    [
      'the credentials in targets that an input names',
      { ...targets(environmentMissing()), inputs: { ...inputs, environment: 'production' } },
      ['delete-secrets'],
      'token-missing',
    ],
    ['none of several', { token: TOKEN, namesakes: [twin], inputs }, [], 'token-ambiguous'],
    [
      'none whose name is another one',
      { token: TOKEN, mismatch: true, inputs: { ...inputs, ...id, 'token-name': 'deploy' } },
      [],
      'token-mismatch',
    ],
    [
      'nothing if a target cannot be read',
      { token: TOKEN, ...targets(old, unreadable()), inputs },
      [],
      'delete-asked',
    ],
    [
      'the rest if a target cannot be read, by force',
      { token: TOKEN, ...targets(old, unreadable()), inputs: { ...inputs, force: 'true' } },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
  ])('deletes %s', (_name, situation, steps, reason) => {
    const planned = plan(situation);
    expect(kinds(planned)).toEqual(steps);
    expect(planned.reason).toBe(reason);
  });

  it('does not mind an environment that is gone with its secrets', () => {
    const problem = new Problem('environment-not-found', 'No.', 'Look.');
    const gone = { ...unreadable(), problem } as const;
    expect(kinds(plan({ token: TOKEN, targets: [gone], inputs }))).toEqual([
      'delete-token',
      'delete-secrets',
    ]);
  });

  it('withdraws the token first, from what admits it by the action alone', () => {
    const admissions = [admitted(admission), admitted(undefined), notAdmitted];
    expect(plan({ token: TOKEN, targets: [old], inputs, admissions }).steps).toEqual([
      { kind: 'withdraw', token: TOKEN, admissions: [admission] },
      { kind: 'delete-token', token: TOKEN, admissions: [admission] },
      { kind: 'delete-secrets', targets: [old], keepClientId: [] },
    ]);
  });

  it('keeps a client ID variable of another token', () => {
    const mine = storedWithVariable(rotated, TOKEN.clientId);
    const foreign = storedWithVariable(rotated, 'nobody.access', 'api');
    const { steps } = plan({ token: TOKEN, targets: [mine, foreign], inputs });
    expect(steps).toMatchObject([{ kind: 'delete-token' }, { keepClientId: [foreign.target] }]);
  });

  const another = otherToken('9', { clientId: 'deploy.access', name: 'deploy' });
  const taken = storedWithVariable(rotated, another.clientId, 'api');

  it.each<[string, Situation, string]>([
    ['another token', { token: TOKEN, others: [another], ...targets(old, taken), inputs }, 'target-taken'],
    [
      'another token if its own token is gone already',
      { others: [another], ...targets(taken), inputs: { ...inputs, targets: 'repository=acme/api' } },
      'target-taken',
    ],
  ])(
    'deletes nothing if a target stores the credentials of %s, unless by force',
    (_name, situation, reason) => {
      const refused = plan(situation);
      expect([refused.reason, ...kinds(refused)]).toEqual([reason]);
      expect(refused.because).toContain('acme/api stores the credentials of the service token "deploy"');
      const forced = plan({ ...situation, inputs: { ...situation.inputs, force: 'true' } });
      expect(forced.steps.at(-1)).toMatchObject({ kind: 'delete-secrets', keepClientId: [taken.target] });
    },
  );

  it('says what an unnamed target stores of a token that is gone', () => {
    expect(plan({ targets: [old], inputs }).because).toContain('what acme/web stores is deleted only if');
  });
});
