import { describe, expect, it } from 'vitest';
import { leaseStep } from './process.ts';
import { Stage } from './stage.ts';

describe('two hundred leases at once on one application', () => {
  it("disturb neither each other nor anybody's policies", async () => {
    const stage = new Stage();
    stage.sandbox.cloudflare.switches.tokenLimit = 1_000;
    const shared = stage.reusable();
    stage.sandbox.access.policies.create({
      application: stage.staging,
      name: 'People',
      decision: 'allow',
      include: [{ email_domain: { domain: 'example.com' } }],
    });
    let writes = 0;
    // Somebody else changes another policy, and makes and removes policies of the same application meanwhile.
    stage.sandbox.secondWriter.add({
      method: 'POST',
      path: /\/policies/,
      times: Infinity,
      when: 'before',
      act: () => {
        writes += 1;
        const include = [{ ip: { ip: `192.0.2.${writes % 250}` } }, { everyone: {} }];
        stage.sandbox.access.policies.change(shared.id, { include });
        if (writes % 20 !== 0) return;
        const policy = { name: `Person ${writes}`, decision: 'allow', include: [{ everyone: {} }] };
        stage.sandbox.access.policies.create({ application: stage.staging, ...policy });
      },
    });
    const inputs = { 'admit-to': 'application=staging.example.com' };
    const steps = Array.from({ length: 200 }, (_, index) =>
      leaseStep(stage, inputs, { GITHUB_RUN_ID: `${index}` }),
    );
    const mains = await Promise.all(steps.map((step) => step.main()));
    expect(mains.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    expect(new Set(mains.map(({ outputs }) => outputs['client-id'])).size).toBe(200);
    const tokens = stage.sandbox.cloudflare.list();
    const names = stage.names();
    for (const { name, id } of tokens)
      expect(names.filter((one) => one === `${name} (${id})`)).toHaveLength(1);
    const people = names.filter((name) => /^(People|Person)/.test(String(name)));
    expect(names).toHaveLength(200 + people.length);
    const posts = await Promise.all(steps.map((step) => step.post()));
    expect(posts.flatMap(({ annotations }) => annotations)).toEqual([]);
    expect(stage.names()).toEqual(people);
    expect(people.length).toBeGreaterThan(1);
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
    expect(stage.sandbox.access.policies.record(shared.id).fields['include']).toHaveLength(2);
  }, 60_000);
});
