import { expect } from 'vitest';
import type { ApplicationSettings } from '../../sandbox/application/settings.ts';
import { HOLD, HOUR, DAY, SECOND } from '../../src/model/time.ts';
import { storyInProcess, type Inputs, type Part, type Here } from './story.ts';

function verifying({ origins }: Here): Inputs {
  return { 'verify-url': `${origins.application}/health?probe=1` };
}

/** A rotation of a token that was delivered a day ago, while the application behaves as told. */
async function rotation(
  stage: Here,
  settings: Partial<ApplicationSettings>,
  inputs: Inputs = {},
): Promise<Part> {
  stage.existing();
  stage.later(DAY);
  Object.assign(stage.sandbox.application.settings, settings);
  return stage.run({ ...verifying(stage), ...inputs });
}

function messages({ annotations }: Part, wanted: 'error' | 'warning'): string[] {
  return annotations.filter(({ level }) => level === wanted).map(({ message }) => message);
}

/** How Access refuses differs by application; the new pair is let in by each of them. */
const MODES: readonly Partial<ApplicationSettings>[] = [
  { access: 'service-auth-only' },
  { access: 'mixed' },
  { access: 'strict', strictStatus: 401, strictWithoutHeaders: true },
  { access: 'strict-mixed' },
  { access: '401-flag' },
  { access: 'managed-oauth' },
];
for (const settings of MODES) {
  storyInProcess(
    `the new secret is seen to work before the old one is retired: ${JSON.stringify(settings)}`,
    async (stage) => {
      const { token, logsIn, sandbox } = stage;
      const step = await rotation(stage, settings);
      expect(step.outputs).toMatchObject({ status: 'rotated' });
      expect(step.annotations).toEqual([]);
      const order = step.requests.filter(
        ({ service, method, requestHeaders }) =>
          (method === 'PUT' && service === 'cloudflare') || 'cf-access-client-secret' in requestHeaders,
      );
      expect(order.map(({ service }) => service)).toEqual([
        'cloudflare',
        'application',
        'application',
        'cloudflare',
      ]);
      expect(token().previousSecretExpiresAt).toBeLessThan(sandbox.clock.now() + 37 * HOUR);
      expect(await logsIn()).toBe(true);
    },
  );
}

/** An application's own answers are no refusal by Access, whatever their status. */
for (const origin of [204, 401, 403, 404, 405, 500] as const) {
  storyInProcess(`an application that answers ${origin} by itself has let the pair in`, async (stage) => {
    const step = await rotation(stage, { origin });
    expect(step.outputs).toMatchObject({ status: 'rotated' });
    expect(step.annotations).toEqual([]);
  });
}

storyInProcess('a secret that takes a while to be known everywhere is waited for', async (stage) => {
  const { sandbox, logsIn } = stage;
  const before = sandbox.clock.now() + DAY;
  const step = await rotation(stage, { propagationDelay: 20 * SECOND });
  expect(step.outputs).toMatchObject({ status: 'rotated' });
  expect(step.log).toContain('Waiting at most 2 minutes until app.example.com');
  expect(sandbox.clock.now() - before).toBeGreaterThanOrEqual(20 * SECOND);
  expect(await logsIn()).toBe(true);
});

storyInProcess('one pass is not enough while the points of presence do not agree', async (stage) => {
  const step = await rotation(stage, { flapping: { kind: 'requests', count: 6 } });
  expect(step.outputs).toMatchObject({ status: 'rotated' });
  const tries = step.requests.filter(({ requestHeaders }) => 'cf-access-client-secret' in requestHeaders);
  expect(tries.length).toBeGreaterThan(6);
});

storyInProcess(
  'a secret that stays refused is delivered, the old one kept, and the next run closes',
  async (stage) => {
    const { run, queue, existing, later, sandbox, token, logsIn } = stage;
    existing();
    later(DAY);
    const holder = queue();
    sandbox.application.settings.propagationDelay = HOUR;
    const step = await run({ ...verifying(stage), 'verify-timeout': '30s' });
    expect(step.outputs).toMatchObject({ status: 'failed', changed: 'true' });
    expect(messages(step, 'error')).toEqual([
      expect.stringMatching(
        /still refused the new secret at app\.example\.com at the end of verify-timeout.*previous secret works until/,
      ),
    ]);
    expect(token().previousSecretExpiresAt).toBeGreaterThanOrEqual(sandbox.clock.now() + HOLD - HOUR);
    expect((await holder.logIn()).accepted).toBe(true);
    later(HOUR);
    expect(await logsIn()).toBe(true);
    const next = await run(verifying(stage));
    expect(next.outputs).toMatchObject({ status: 'repaired', reason: 'rotation-pending' });
    expect(next.log).toContain('did not see the secret');
    expect(token().version).toBe(3);
  },
);

storyInProcess(
  'a policy that does not admit the token is told from a secret that is wrong',
  async (stage) => {
    const step = await rotation(stage, { access: 'mixed', admits: [] }, { 'verify-timeout': '10s' });
    expect(step.outputs['status']).toBe('failed');
    expect(messages(step, 'error')[0]).toMatch(/Access knows the credentials.*Service Auth/);
  },
);

const UNDECIDED: readonly (readonly [Partial<ApplicationSettings>, RegExp])[] = [
  [{ origin: 'down-502' }, /the application is down: 502/],
  [{ origin: 'down-530' }, /the application is down: 530/],
  [{ edge: 'waf-1010' }, /error code 1010/],
  [{ edge: 'challenge' }, /bot check/],
];
for (const [settings, says] of UNDECIDED) {
  storyInProcess(
    `what cannot be seen is closed with a warning: ${JSON.stringify(settings)}`,
    async (stage) => {
      const { sandbox, token } = stage;
      const step = await rotation(stage, settings, { 'verify-timeout': '10s' });
      expect(step.outputs['status']).toBe('rotated');
      expect(messages(step, 'warning').at(-1)).toMatch(says);
      expect(token().previousSecretExpiresAt).toBeLessThan(sandbox.clock.now() + 37 * HOUR);
    },
  );
}

storyInProcess('a URL that lets everyone in is an error before anything is done', async (stage) => {
  const { token } = stage;
  const step = await rotation(stage, { access: 'unprotected' });
  expect(step.outputs).toMatchObject({ status: 'failed', changed: 'false' });
  expect(step.outputs['message']).toContain('lets in a request without credentials');
  expect(step.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(token().version).toBe(2);
});

storyInProcess(
  'a new token that no policy admits yet is a notice that says how to admit it',
  async (stage) => {
    const { run, sandbox } = stage;
    sandbox.application.settings.admits = [];
    const step = await run({ ...verifying(stage), 'verify-timeout': '5s' });
    expect(step.outputs['status']).toBe('created');
    expect(step.log).toMatch(/does not admit the new token at .* yet.*Service Auth/);
    expect([...messages(step, 'error'), ...messages(step, 'warning')]).toEqual([]);
  },
);

storyInProcess(
  'while a rotation is recovered the pair is delivered first and verified after',
  async (stage) => {
    const { run, existing, later, sandbox, logsIn } = stage;
    existing();
    later(DAY);
    const effect = { kind: 'reset', when: 'after' } as const;
    sandbox.faults.add({ name: 'lost secret', service: 'cloudflare', method: 'PUT', effect });
    const step = await run(verifying(stage));
    expect(step.outputs['status']).toBe('rotated');
    expect(messages(step, 'warning')).toEqual([expect.stringContaining('have been refused since')]);
    const delivered = step.requests.findIndex(
      ({ service, method }) => service === 'github' && method === 'PUT',
    );
    const verified = step.requests.findIndex(
      ({ requestHeaders }) => 'cf-access-client-secret' in requestHeaders,
    );
    expect(delivered).toBeGreaterThan(0);
    expect(verified).toBeGreaterThan(delivered);
    expect(await logsIn()).toBe(true);
  },
);

storyInProcess(
  'the pair goes to the origin of verify-url alone, even where that redirects',
  async (stage) => {
    const { existing, later, run, sandbox, origins } = stage;
    existing();
    later(DAY);
    const headers = { location: `${origins.github}/repos/acme/web?leak=1` };
    const effect = { kind: 'reply', when: 'before', status: 302, headers } as const;
    sandbox.faults.add({ name: 'redirect', service: 'application', skip: 1, times: 2, effect });
    const step = await run(verifying(stage));
    expect(step.outputs['status']).toBe('rotated');
    const presented = sandbox.faults.log.filter(
      ({ requestHeaders }) => 'cf-access-client-secret' in requestHeaders,
    );
    expect(new Set(presented.map(({ service }) => service))).toEqual(new Set(['application']));
    expect(step.log).not.toContain('leak=1');
  },
);
