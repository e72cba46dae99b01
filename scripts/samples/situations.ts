import { DAY, HOUR, SECOND } from '../../src/model/time.ts';
import {
  ADMITTED,
  MONTHLY,
  THREE,
  account,
  later,
  manifest,
  protect,
  refuse,
  refusePolicies,
  started,
  verifying,
  type Situation,
} from './scene.ts';

export const SITUATIONS: readonly Situation[] = [
  { name: 'created', world: { githubAhead: 1.2 * SECOND }, tell: ({ run }) => run(MONTHLY) },
  {
    name: 'rotated',
    world: { githubAhead: -0.4 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run(THREE);
    },
  },
  {
    name: 'one-target-failed',
    world: { githubAhead: 0.001 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      refuse(scene, /repos\/acme\/api\/environments\/production\/secrets\/CF_ACCESS_CLIENT_SECRET/);
      await scene.run(THREE);
    },
  },
  {
    name: 'all-targets-failed',
    world: { githubAhead: -2 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      refuse(scene, /secrets\/CF_ACCESS_CLIENT_/);
      await scene.run(THREE);
    },
  },
  {
    name: 'recovered',
    world: { githubAhead: 2 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      refuse(scene, /environments\/production\/secrets\/CF_ACCESS_CLIENT_SECRET/);
      await scene.run(THREE);
      scene.sandbox.faults.clear();
      later(scene, 2 * HOUR);
      await scene.run(THREE);
    },
  },
  {
    name: 'write-check-failed',
    world: { githubAhead: 0.5 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      scene.sandbox.github.archiveRepository('acme', 'api');
      await scene.run(THREE);
    },
  },
  {
    name: 'grace-period-runs',
    world: { githubAhead: -1 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run(THREE);
      later(scene, 22 * HOUR);
      await scene.run(THREE);
    },
  },
  {
    name: 'unchanged',
    world: { githubAhead: 1 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run(THREE);
      later(scene, 6 * DAY);
      await scene.run(THREE);
    },
  },
  {
    name: 'due',
    world: { githubAhead: 0.9 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run({ ...THREE, operation: 'check' });
    },
  },
  {
    name: 'dry-run',
    world: { githubAhead: -1.5 * SECOND },
    tell: async (scene) => {
      await started(scene, { ...THREE, duration: '45d' });
      await scene.run({ ...THREE, duration: '45d', 'dry-run': 'true' });
    },
  },
  {
    name: 'account-of-3',
    tell: async (scene) => {
      account(scene, 3);
      await scene.run({ operation: 'check', 'token-name': '', 'github-token': '' });
    },
  },
  {
    name: 'account-of-50',
    tell: async (scene) => {
      account(scene, 50);
      await scene.run({ operation: 'check', 'token-name': '', 'github-token': '' });
    },
  },
  {
    name: 'leased',
    tell: ({ run }) =>
      run({ operation: 'lease', 'token-name': 'preview', duration: '1h', 'github-token': '' }),
  },
  {
    name: 'revoked',
    world: { githubAhead: 0.3 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run(THREE);
      later(scene, HOUR);
      await scene.run({ operation: 'revoke', 'token-name': 'deploy-web', targets: THREE.targets });
    },
  },
  {
    name: 'deleted',
    world: { githubAhead: -0.7 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run({ operation: 'delete', 'token-name': 'deploy-web', targets: THREE.targets });
    },
  },
  {
    name: 'admitted',
    world: { githubAhead: 0.6 * SECOND },
    tell: async (scene) => {
      protect(scene);
      await scene.run({ ...MONTHLY, 'admit-to': ADMITTED });
    },
  },
  {
    name: 'not-admitted',
    tell: async (scene) => {
      protect(scene);
      await scene.run(MONTHLY);
      later(scene, 31 * DAY);
      refusePolicies(scene);
      await scene.run({ ...MONTHLY, 'admit-to': ADMITTED });
    },
  },
  {
    name: 'left-pending',
    world: { githubAhead: 0.2 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      await scene.run({ ...THREE, 'leave-pending': 'true' });
    },
  },
  {
    name: 'completed',
    world: { githubAhead: 0.2 * SECOND },
    tell: async (scene) => {
      await started(scene, THREE);
      const { 'secret-version': version = '' } = await scene.run({ ...THREE, 'leave-pending': 'true' });
      later(scene, 2 * SECOND);
      const { targets } = THREE;
      await scene.run({
        operation: 'complete',
        'token-name': 'deploy-web',
        targets,
        'secret-version': version,
      });
    },
  },
  {
    name: 'verified',
    tell: async (scene) => {
      await scene.run(MONTHLY);
      await scene.run(verifying(scene));
    },
  },
  {
    name: 'login-refused',
    tell: async (scene) => {
      await scene.run(MONTHLY);
      await scene.run({ ...verifying(scene), 'client-secret': '0'.repeat(64) });
    },
  },
  {
    name: 'bad-input',
    tell: ({ run }) => run({ operation: 'rotat', duration: '1y', targets: 'repo=acme/api' }),
  },
  {
    name: 'hundreds-of-targets',
    world: { githubAhead: 1.7 * SECOND },
    tell: async (scene) => {
      const names = Array.from({ length: 300 }, (_, index) => `service-${index + 1}`);
      for (const name of names) scene.sandbox.github.addRepository({ owner: 'acme', name });
      const targets = names.map((name) => `repository=acme/${name}`).join('\n');
      refuse(scene, /acme\/service-(?:7|70|170)\/actions\/secrets\/CF_ACCESS_CLIENT_SECRET/);
      await scene.run({ ...MONTHLY, targets });
    },
  },
  {
    name: 'token-of-a-day',
    world: { githubAhead: -0.001 * SECOND },
    tell: async (scene) => {
      const inputs = { ...THREE, duration: '24h', 'rotate-after': '12h', 'grace-period': '2h' };
      scene.sandbox.github.addEnvironment('acme', 'api', 'production');
      await scene.run(inputs);
      later(scene, 12.5 * HOUR);
      await scene.run(inputs);
    },
  },
  {
    name: 'manifest',
    world: { githubAhead: 1.1 * SECOND },
    tell: async (scene) => {
      for (const number of [1, 2, 3, 4]) {
        scene.sandbox.github.addRepository({ owner: 'acme', name: `api-${number}` });
      }
      const inputs = { 'token-name': '', manifest: manifest(4) };
      await scene.run(inputs);
      later(scene, 31 * DAY);
      refuse(scene, /acme\/api-2\/actions\/secrets\/CF_ACCESS_CLIENT_SECRET/);
      await scene.run(inputs);
    },
  },
];
