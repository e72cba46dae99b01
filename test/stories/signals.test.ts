import { expect } from 'vitest';
import { DAY, HOUR } from '../../src/model/time.ts';
import {
  cancelledAt,
  creates,
  delivers,
  killedAt,
  presentsThePair,
  provesATarget,
  readsTheToken,
  rotates,
} from './interruptions.ts';
import { story } from './story.ts';

for (const moment of [readsTheToken, provesATarget]) {
  story(`cancelled before the rotation (${moment.name}), a run begins nothing more`, async (stage) => {
    const { run, existing, later, token, logsIn } = stage;
    existing();
    later(DAY);
    const step = await run({}, cancelledAt(stage, moment));
    expect(step).toMatchObject({ exitCode: 1, conclusion: 'cancelled' });
    expect(step.outputs).toMatchObject({ status: 'failed', changed: 'false' });
    expect([await logsIn(), token().version]).toEqual([true, 2]);
  });
}

for (const moment of [rotates, delivers]) {
  story(
    `cancelled once the secret is new (${moment.name}), a run delivers and closes all the same`,
    async (stage) => {
      const { run, existing, later, token, logsIn, sandbox } = stage;
      existing();
      later(DAY);
      const step = await run({}, cancelledAt(stage, moment));
      expect(step.conclusion).toBe('cancelled');
      expect(JSON.parse(step.outputs['targets'] ?? '')).toMatchObject([{ status: 'delivered' }]);
      expect([await logsIn(), token().version]).toEqual([true, 3]);
      expect(token().previousSecretExpiresAt).toBeLessThan(sandbox.clock.now() + 37 * HOUR);
    },
  );
}

story('a cancelled creation delivers what it created', async (stage) => {
  const { run, token, logsIn } = stage;
  const step = await run({}, cancelledAt(stage, creates));
  expect(step.conclusion).toBe('cancelled');
  expect(token().version).toBe(2);
  expect(await logsIn()).toBe(true);
});

story(
  'cancelled while it verifies, a run delivers, keeps the old secret, and the next run closes',
  async (stage) => {
    const { run, existing, later, origins, sandbox, queue, logsIn } = stage;
    existing();
    later(DAY);
    const holder = queue();
    sandbox.application.settings.propagationDelay = HOUR;
    const step = await run({ 'verify-url': origins.application }, cancelledAt(stage, presentsThePair));
    expect(step.outputs['status']).toBe('failed');
    expect(step.outputs['message']).toContain('cancelled before the new secret was seen to work');
    expect((await holder.logIn()).accepted).toBe(true);
    later(HOUR);
    expect(await logsIn()).toBe(true);
    expect((await run()).outputs).toMatchObject({ status: 'repaired', reason: 'rotation-pending' });
  },
);

for (const moment of [provesATarget, rotates, delivers]) {
  story(
    `after a run that was killed (${moment.name}), jobs go on and the next run puts things right`,
    async (stage) => {
      const { run, existing, later, queue, logsIn } = stage;
      existing();
      later(DAY);
      const holder = queue();
      expect((await run({}, killedAt(stage, moment))).signal).toBe('SIGKILL');
      expect((await holder.logIn()).accepted).toBe(true);
      expect(await logsIn()).toBe(true);
      later(HOUR);
      expect((await run()).exitCode).toBe(0);
      expect(await logsIn()).toBe(true);
      expect((await run()).outputs).toMatchObject({ status: 'unchanged', reason: 'grace-running' });
    },
  );
}

story('after a creation that was killed, the next run takes the token over', async (stage) => {
  const { run, later, token, logsIn } = stage;
  expect((await run({}, killedAt(stage, creates))).signal).toBe('SIGKILL');
  later(HOUR);
  expect((await run()).outputs).toMatchObject({ status: 'rotated', reason: 'secret-missing' });
  expect(token().version).toBe(2);
  expect(await logsIn()).toBe(true);
});
