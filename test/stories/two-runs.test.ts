import { expect } from 'vitest';
import { DAY, HOLD, HOUR } from '../../src/model/time.ts';
import { delivers, provesATarget, type Moment } from './interruptions.ts';
import { story, type Stage } from './story.ts';

/** Someone else rotates the token, with a day of grace, before the reply to the first such request is sent. */
function overtakenAt({ sandbox, token }: Stage, moment: Moment): void {
  sandbox.faults.onExchange = (exchange) => {
    if (!moment(exchange)) return;
    sandbox.faults.onExchange = undefined;
    sandbox.cloudflare.rotate(token().id, { previousExpiresAt: sandbox.clock.now() + DAY });
  };
}

story('a run that is overtaken before it rotates writes nothing', async (stage) => {
  const { run, existing, later, token, sandbox, logsIn } = stage;
  existing();
  later(DAY);
  overtakenAt(stage, provesATarget);
  const step = await run();
  // Its request rotated nothing, but moved the end of the previous secret.
  expect(step.outputs).toMatchObject({ status: 'failed', changed: 'true' });
  // It sees no sign of the other run, so it claims none; the next run waits for it.
  expect(step.outputs).toMatchObject({ reason: 'secret-withheld' });
  expect(step.requests.some(({ method, service }) => method === 'PUT' && service === 'github')).toBe(false);
  expect([await logsIn(), token().version]).toEqual([true, 3]);
  expect(sandbox.cloudflare.list()).toHaveLength(1);
});

story('a run that is overtaken while it delivers closes nothing, and the next run repairs', async (stage) => {
  const { run, existing, later, token, sandbox, logsIn } = stage;
  existing();
  later(DAY);
  overtakenAt(stage, delivers);
  const step = await run();
  expect(step.outputs).toMatchObject({ status: 'failed', changed: 'true' });
  expect(step.outputs['message']).toContain('Another run rotated the token while this run delivered');
  expect(token().previousSecretExpiresAt).toBeGreaterThanOrEqual(sandbox.clock.now() + HOLD - HOUR);
  expect(await logsIn()).toBe(true);
  later(HOUR);
  expect((await run()).outputs).toMatchObject({ status: 'rotated', reason: 'delivery-incomplete' });
  expect(await logsIn()).toBe(true);
});

story('of two runs at the same time one rotates, and what is stored in the end logs in', async (stage) => {
  const { run, existing, later, queue, logsIn } = stage;
  existing();
  later(DAY);
  const holder = queue();
  await Promise.all([run(), run()]);
  expect(await logsIn()).toBe(true);
  expect((await holder.logIn()).accepted).toBe(true);
  later(HOUR);
  expect((await run()).exitCode).toBe(0);
  expect(await logsIn()).toBe(true);
});

story('of two runs that create the token at the same time one gives way', async (stage) => {
  const { run, later, token, logsIn } = stage;
  await Promise.all([run(), run()]);
  later(HOUR);
  expect((await run()).exitCode).toBe(0);
  expect(await logsIn()).toBe(true);
  expect(token().enabled).toBe(true);
});
