import { describe, expect, it } from 'vitest';
import { rotate } from '../../src/apply/rotate.ts';
import { begin } from './secret-story.ts';

describe('the delivery of a rotation', () => {
  it.each(['CF_ACCESS_CLIENT_SECRET', 'CF_ACCESS_CLIENT_ID'])(
    'reports a target that refuses %s, and leaves the rotation pending',
    async (name) => {
      const { bench, id, step } = await begin({ way: 'update' });
      bench.sandbox.faults.add({
        name: 'refused',
        service: 'github',
        method: 'PUT',
        path: new RegExp(`/${name}$`),
        effect: { kind: 'reply', when: 'before', status: 403 },
      });
      await rotate(step, bench.context);
      expect(bench.journal.targets.map(({ status }) => status)).toEqual(['failed']);
      expect(await bench.state(id)).toMatchObject({ kind: 'pending' });
      expect(bench.unused).toEqual([]);
    },
  );
});
