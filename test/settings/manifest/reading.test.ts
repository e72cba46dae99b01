import { describe, expect, it } from 'vitest';
import { describeTarget } from '../../../src/model/target.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/model/time.ts';
import { BAD_MANIFESTS, GOOD_MANIFESTS } from './cases.ts';
import { manifestProblem, manifestSettings } from './read.ts';

describe('a manifest', () => {
  it.each(Object.entries(GOOD_MANIFESTS))('may be %s', async (_what, text) => {
    expect((await manifestProblem(text)).lines).toEqual([]);
  });

  it.each(BAD_MANIFESTS)('with $title is refused', async ({ text, says }) => {
    const { lines, annotations } = await manifestProblem(text);
    expect(lines).toHaveLength(says.length);
    for (const said of says) expect(lines).toContainEqual(expect.stringContaining(said));
    for (const line of lines) expect(line).toMatch(/^tokens\.yml:\d+:\d+: .+\.$/);
    const shown = annotations.map(
      ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
    );
    expect(shown).toEqual(lines);
  });

  it('gives each entry what it says, then the defaults, then the defaults of the inputs', async () => {
    const { tokens, manifest } = await manifestSettings(GOOD_MANIFESTS['one with every key'] ?? '');
    expect(manifest).toEqual({
      path: 'tokens.yml',
      entries: [
        { tokenName: 'web-staging', tokenId: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415' },
        { tokenName: 'deploy', tokenId: undefined },
      ],
    });
    const [staging, deploy] = tokens;
    expect(staging).toMatchObject({
      tokenName: 'web-staging',
      tokenId: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415',
      duration: { kind: 'forever' },
      rotateAfter: 'never',
      renewBefore: 7 * DAY,
      gracePeriod: 90 * MINUTE,
      adopt: true,
      admitTo: [
        { kind: 'application', value: 'staging.example.com' },
        { kind: 'policy', value: 'Machines' },
      ],
      targetsNamed: true,
      createEnvironment: true,
      verifyUrl: 'https://staging.example.com/health',
      verifyTimeout: 10 * SECOND,
    });
    expect(
      staging?.targets.map((target) =>
        [
          describeTarget(target),
          target.clientIdName,
          target.clientSecretName,
          ...(target.clientIdKind === 'variable' ? ['variable'] : []),
        ].join(' '),
      ),
    ).toEqual([
      'acme/web, environment staging STAGING_ID STAGING_SECRET',
      'acme/api, environment staging STAGING_ID STAGING_SECRET',
      'organization acme STAGING_ID STAGING_SECRET',
      'organization acme (dependabot) STAGING_ID STAGING_SECRET',
      'acme/web ID_IN_PUBLIC _S3 variable',
      'acme/web, environment production ID_IN_PUBLIC _S3 variable',
      'organization acme (agents) STAGING_ID STAGING_SECRET',
      'organization acme (codespaces) STAGING_ID STAGING_SECRET',
    ]);
    expect(staging?.targets[2]?.place).toMatchObject({
      visibility: 'selected',
      repositories: ['web', 'api'],
    });
    expect(deploy).toMatchObject({
      tokenName: 'deploy',
      tokenId: undefined,
      duration: undefined,
      rotateAfter: 30 * DAY,
      renewBefore: undefined,
      gracePeriod: 36 * HOUR,
      adopt: false,
      admitTo: [{ kind: 'application', value: 'default.example.com' }],
      createEnvironment: false,
      verifyUrl: undefined,
      verifyTimeout: 60 * SECOND,
      force: false,
      endSessions: false,
      leavePending: false,
      secretVersion: undefined,
      outputClientSecret: false,
    });
    expect(deploy?.targets.map(describeTarget)).toEqual(['acme/deploy']);
  });

  it('has the own repository as the target of an entry that names none', async () => {
    const { tokens } = await manifestSettings('tokens:\n  - name: a\n');
    expect(tokens[0]?.targets.map(describeTarget)).toEqual(['acme/web']);
    expect(tokens[0]?.targetsNamed).toBe(false);
    const elsewhere = { 'github-api-url': 'https://ghe.example.com/api/v3' };
    expect((await manifestProblem('tokens:\n  - name: a\n', elsewhere)).lines).toEqual([
      expect.stringMatching(/^tokens\.yml:2:5: targets: needs `repository` or `organization`, because/),
    ]);
  });

  it('says everything that is wrong at once, the inputs first, then the file from top to bottom', async () => {
    const text = [
      'defaults: {adopt: maybe}',
      'tokens:',
      '  - name: a',
      '    duration: 30',
      '    targets: [{repository: web}]',
      '  - verify-url: x',
    ].join('\n');
    const { lines, annotations } = await manifestProblem(text, { 'max-wait': 'x', force: 'true' });
    expect(lines.map((line) => line.split(':').slice(0, 3).join(':').replace(/: .*$/, ''))).toEqual([
      'force',
      'max-wait',
      'tokens.yml:1:19',
      'tokens.yml:4:15',
      'tokens.yml:5:28',
      'tokens.yml:6:5',
      'tokens.yml:6:17',
    ]);
    expect(annotations).toHaveLength(5);
  });

  it('warns of each token by its name', async () => {
    const text = 'tokens:\n  - {name: a, rotate-after: 1h}\n  - {name: b, targets: app=agents}\n';
    expect((await manifestSettings(text)).warnings).toEqual([
      'a: rotate-after (1 hour) is shorter than grace-period (36 hours): nothing is rotated while a grace period runs.',
    ]);
  });
});
