import { describe, expect, it } from 'vitest';
import { HOUR, SECOND } from '../../src/model/time.ts';
import type { Exchange } from '../../sandbox/exchange.ts';
import { death, faultOf, KILLS, LOST, named } from './mishaps.ts';
import { leaseStep } from './process.ts';
import { rule, Stage } from './stage.ts';

const ADMIT = { 'admit-to': 'application=staging.example.com\napplication=admin.example.com' };
const LOGIN = { ...ADMIT, 'verify-url': 'https://staging.example.com/health' };

/** What a lease must leave as it was: everything but itself. */
function others(stage: Stage): unknown {
  const { applications, policies, groups } = stage.sandbox.access.snapshot();
  const plain = JSON.stringify([applications, policies, groups]);
  return JSON.parse(plain.replaceAll(/"updated_at":"[^"]*"/g, '"updated_at":""')) as unknown;
}

/** The requests of a main step and its post step in which nothing goes wrong. */
async function rehearsal(): Promise<{
  readonly main: readonly Exchange[];
  readonly post: readonly Exchange[];
}> {
  const stage = new Stage();
  const step = leaseStep(stage, LOGIN);
  await step.main();
  const { log } = stage.sandbox.faults;
  const main = [...log];
  await step.post();
  return {
    main,
    post: log.slice(main.length).map((exchange, index) => ({ ...exchange, number: index + 1 })),
  };
}

const REHEARSAL = await rehearsal();

describe('a lease with admit-to', () => {
  it('is admitted and seen to work before its outputs are set, and withdrawn and deleted after the job', async () => {
    const stage = new Stage();
    const before = others(stage);
    const step = leaseStep(stage, LOGIN);
    const { exitCode, outputs } = await step.main();
    expect([exitCode, outputs['status']]).toEqual([0, 'leased']);
    expect(outputs['client-secret']).toBe(stage.sandbox.clientSecrets[0]);
    const [token] = stage.sandbox.cloudflare.list();
    const name = `${token?.name} (${token?.id})`;
    expect([stage.names(stage.staging), stage.names(stage.admin)]).toEqual([[name], [name]]);
    expect(stage.policies(stage.staging)[0]?.fields).toEqual({
      name,
      decision: 'non_identity',
      include: [rule(token?.id ?? '')],
    });
    const ended = await step.post();
    expect(ended.annotations).toEqual([]);
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
    expect(others(stage)).toEqual(before);
  });

  it('has application and policy name in the state before the policy exists, and never the secret', async () => {
    const stage = new Stage();
    const step = leaseStep(stage, ADMIT);
    const states: string[] = [];
    stage.sandbox.secondWriter.add({
      method: 'POST',
      times: Infinity,
      when: 'before',
      act: () => void states.push(step.state['lease'] ?? ''),
    });
    await step.main();
    const [token] = stage.sandbox.cloudflare.list();
    expect(states).toHaveLength(3);
    expect(states[0]).toContain(stage.staging);
    expect(states[1]).toContain(`${token?.name} (${token?.id})`);
    for (const secret of stage.sandbox.clientSecrets) expect(step.state['lease']).not.toContain(secret);
  });

  it('sets no outputs with the secret if it is not admitted', async () => {
    const stage = new Stage();
    const step = leaseStep(stage, ADMIT);
    stage.sandbox.secondWriter.add({
      method: 'POST',
      path: /service_tokens/,
      when: 'after',
      act: () => {
        stage.sandbox.access.applications.remove(stage.admin);
      },
    });
    const { exitCode, outputs } = await step.main();
    expect(exitCode).toBe(1);
    expect(outputs['reason']).toBe('application-not-found');
    expect(outputs['client-secret'] ?? '').toBe('');
    await step.post();
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
    expect(stage.names()).toEqual([]);
  });

  it('creates nothing if a line cannot be used', async () => {
    const stage = new Stage();
    const step = leaseStep(stage, { 'admit-to': 'application=nowhere.example.com' });
    const { exitCode, outputs } = await step.main();
    expect([exitCode, outputs['reason']]).toEqual([1, 'application-not-found']);
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
    expect((await step.post()).log).toEqual([]);
  });

  it('needs no policy if any valid service token is admitted, and says what that means', async () => {
    const stage = new Stage();
    const step = leaseStep(stage, { 'admit-to': 'application=app.example.com' });
    const { exitCode, annotations } = await step.main();
    expect(exitCode).toBe(0);
    expect(annotations.map(({ kind }) => kind)).toEqual(['notice']);
    expect(annotations[0]?.text).toContain('every other application');
    await step.post();
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
  });

  it('works on, in post as well, while Cloudflare forgets slowly', async () => {
    const lags = { inUseLag: 20 * SECOND, deletedPolicyLag: 10 * SECOND, staleReads: 2 * SECOND };
    const stage = new Stage({ accessSwitches: lags });
    stage.sandbox.clock.advance(HOUR);
    const step = leaseStep(stage, ADMIT);
    expect((await step.main()).exitCode).toBe(0);
    const ended = await step.post();
    expect(ended.annotations).toEqual([]);
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
    expect([stage.names(stage.staging), stage.names(stage.admin)]).toEqual([[], []]);
  });

  it.each([
    ['is required', { precedenceRequired: true }],
    ['must be unique in the account', { precedenceRequired: true, precedenceUniqueIn: 'account' }],
  ] as const)('gives its policy a precedence if one %s', async (_name, accessSwitches) => {
    const stage = new Stage({ accessSwitches });
    const step = leaseStep(stage, ADMIT);
    expect((await step.main()).exitCode).toBe(0);
    await step.post();
    expect(stage.names()).toEqual([]);
  });

  it('names a reusable policy as the way out if the application takes none of its own', async () => {
    const stage = new Stage({ accessSwitches: { refuseMixedPolicies: true } });
    stage.reusable();
    const step = leaseStep(stage, { 'admit-to': 'application=admin.example.com' });
    const { outputs, log } = await step.main();
    expect(outputs['reason']).toBe('admission-failed');
    expect(log.join('\n')).toContain('policy=<name or ID>');
    await step.post();
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
  });
});

describe('a lease in which a reply is lost', () => {
  it.each(
    named(REHEARSAL.main).flatMap(([name, exchange]) =>
      LOST.map((mishap) => [name, mishap.name, exchange, mishap] as const),
    ),
  )('in main at %s, %s: leaves nothing and doubles nothing', async (_name, _mishap, exchange, mishap) => {
    const stage = new Stage();
    const before = others(stage);
    stage.sandbox.faults.add(faultOf(mishap, exchange, REHEARSAL.main));
    const step = leaseStep(stage, LOGIN);
    const { outputs, exitCode } = await step.main();
    expect(stage.sandbox.faults.unused()).toEqual([]);
    expect(stage.names().length).toBeLessThanOrEqual(1);
    expect(stage.names(stage.admin).length).toBeLessThanOrEqual(1);
    if (exitCode === 0) {
      expect(stage.names()).toHaveLength(1);
      expect(outputs['client-secret']).not.toBe('');
    } else expect(outputs['client-secret'] ?? '').toBe('');
    const { annotations } = await step.post();
    expect(annotations).toEqual([]);
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
    expect(others(stage)).toEqual(before);
  });

  it.each(
    named(REHEARSAL.post).flatMap(([name, exchange]) =>
      LOST.map((mishap) => [name, mishap.name, exchange, mishap] as const),
    ),
  )('in post at %s, %s: leaves nothing, or names it', async (_name, _mishap, exchange, mishap) => {
    const stage = new Stage();
    const before = others(stage);
    const step = leaseStep(stage, LOGIN);
    await step.main();
    stage.sandbox.faults.add(faultOf(mishap, exchange, REHEARSAL.post));
    const { annotations } = await step.post();
    expect(stage.sandbox.faults.unused()).toEqual([]);
    const left =
      stage.sandbox.cloudflare.list().length > 0 || JSON.stringify(others(stage)) !== JSON.stringify(before);
    if (left) expect(annotations.map(({ text }) => text).join()).toContain('job-1-1-job-');
    else expect(stage.sandbox.cloudflare.list()).toEqual([]);
  });
});

describe('a lease whose runner dies', () => {
  it.each(
    named(REHEARSAL.main).flatMap(([name, exchange]) =>
      KILLS.map((mishap) => [name, mishap.name, exchange, mishap] as const),
    ),
  )('at %s, %s: post leaves nothing', async (_name, _mishap, exchange, mishap) => {
    const stage = new Stage();
    const before = others(stage);
    const step = leaseStep(stage, LOGIN);
    const { died } = await step.main(death(mishap, exchange, REHEARSAL.main));
    expect(died).toBe(true);
    const { annotations } = await step.post();
    expect(annotations).toEqual([]);
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
    expect(others(stage)).toEqual(before);
  });

  it.each(['gone', 'expired'] as const)(
    'is cleaned up after by the next lease, once its token is %s',
    async (how) => {
      const stage = new Stage();
      const dead = leaseStep(stage, ADMIT);
      await dead.main();
      const [token] = stage.sandbox.cloudflare.list();
      const alive = leaseStep(stage, { ...ADMIT, duration: '720h' });
      await alive.main();
      const foreign = leaseStep(stage, { ...ADMIT, 'token-name': 'job2' });
      await foreign.main();
      stage.sandbox.clock.advance(2 * HOUR);
      if (how === 'gone') {
        stage.sandbox.cloudflare.access.switches.inUseLag = 0;
        removeWithPolicies(stage, token?.id ?? '');
      }
      const kept = stage.names().filter((name) => !String(name).includes(token?.id ?? ''));
      const { exitCode } = await leaseStep(stage, ADMIT).main();
      expect(exitCode).toBe(0);
      expect(stage.names()).toHaveLength(kept.length + 1);
      expect(stage.names()).toEqual(expect.arrayContaining([...kept]));
      expect(stage.names(stage.admin)).toHaveLength(kept.length + 1);
    },
  );
});

/** Deletes a token on the dashboard, which does not care about policies. */
function removeWithPolicies(stage: Stage, tokenId: string): void {
  const { access, cloudflare } = stage.sandbox;
  const saved = [stage.staging, stage.admin].flatMap((application) =>
    stage
      .policies(application)
      .filter(({ fields }) => String(fields['name']).includes(tokenId))
      .map(({ id, fields }) => {
        access.policies.remove(id);
        return { application, fields };
      }),
  );
  cloudflare.remove(tokenId);
  access.switches.unknownTokenInRule = 'accepted';
  for (const { application, fields } of saved) access.policies.create({ application, ...fields });
}
