import { describe, expect, test } from 'vitest';
import { recordingRunner, type Transcript } from '../../sandbox/in-process-run.ts';
import { Problem } from '../../src/model/problem.ts';
import type { RunOutcome } from '../../src/report/outcome.ts';
import { report, reportBadInputs, type InputProblem } from '../../src/report/report.ts';
import { NOW, ROTATED, TOKEN, failing, partlyFailed, repository, runOf, tokenOf } from './fixtures.ts';

const ENV = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_ACTION_REPOSITORY: 'acme/action',
  GITHUB_ACTION_REF: 'v1',
};
const PAGE = 'https://github.com/acme/action/blob/v1/docs/troubleshooting.md#github-permission-missing';

async function reported(run: RunOutcome, env: Record<string, string> = ENV): Promise<Transcript> {
  const { runner, transcript } = recordingRunner();
  await report(run, { runner, env });
  return transcript();
}

/** Lines outside of groups. */
function open({ log }: Transcript): readonly string[] {
  let depth = 0;
  return log.filter((text) => {
    if (text.startsWith('group: ')) depth += 1;
    if (text === 'endgroup') depth -= 1;
    return depth === 0 && text !== 'endgroup';
  });
}

describe('the end of the log', () => {
  test('is the sentence of what happened', async () => {
    const message = 'Rotated the client secret of "deploy-web".';
    const transcript = await reported(runOf({ ...ROTATED, message }));
    expect(open(transcript)).toEqual([message]);
    expect(transcript.exitCode).toBe(0);
  });

  test('has the sentence, then each failed target once with its code, link and remedy', async () => {
    const transcript = await reported(runOf(partlyFailed()));
    expect(open(transcript)).toEqual([
      '"deploy-web" rotated, but 1 of 3 targets was not updated.',
      [
        'error: acme/api, environment production: GitHub refused to write its secrets (403). Grant the App `Environments: write`, then run this again.',
        'What is stored there works until 24 Dec 2026 (30 days).',
        `github-permission-missing: ${PAGE}`,
      ].join('\n'),
    ]);
    expect(transcript.log.join('\n').split('GitHub refused to write')).toHaveLength(2);
    expect(transcript.exitCode).toBe(1);
  });

  test('has the code alone if the repository of the action is not known', async () => {
    const { annotations } = await reported(runOf(partlyFailed()), {});
    expect(annotations[0]?.text).toMatch(/\ngithub-permission-missing$/);
  });
});

describe('annotations', () => {
  test('are at most ten of a kind; the others stand in a group', async () => {
    const texts = Array.from({ length: 25 }, (_, index) => `Text ${index}.`);
    const targets = texts.map((text, index) =>
      failing(repository(`r${index}`), new Problem('github-refused', text, `Do ${index}.`)),
    );
    const transcript = await reported(
      runOf({ status: 'failed', targets, warnings: texts, notices: texts, message: 'x' }),
    );
    for (const kind of ['error', 'warning', 'notice']) {
      const shown = transcript.annotations.filter((annotation) => annotation.kind === kind);
      expect(shown).toHaveLength(10);
      expect(shown.at(-1)?.text).toBe('And 16 more: see the group "report" in the log.');
    }
    expect(transcript.log.filter((text) => text.includes('Text 24.'))).toHaveLength(3);
  });

  test('of a token that is due are an error, because the run fails', async () => {
    const transcript = await reported(runOf({ status: 'due', message: '"ci" is due.' }));
    expect(transcript.annotations).toEqual([{ kind: 'error', text: '"ci" is due.' }]);
    expect(transcript.exitCode).toBe(1);
  });

  test('of a manifest are one notice for tokens that no entry names', async () => {
    const run: RunOutcome = {
      ...runOf({}, { fleet: true }),
      account: { scope: 'unlisted', findings: [{ token: TOKEN, problems: [] }] },
    };
    expect((await reported(run)).annotations).toEqual([
      { kind: 'notice', text: '1 token of the account that no entry names: "deploy-web".' },
    ]);
  });
});

describe('bad input', () => {
  const problem: InputProblem = Object.assign(
    new Problem('settings', 'force: got "yes".\ntokens.yml:3:5: tokens, 1, name: missing.', 'Fix the step.'),
    { annotations: [{ file: 'tokens.yml', line: 3, column: 5, message: 'tokens, 1, name: missing.' }] },
  );

  test('hangs on the lines of the manifest, each error once', async () => {
    const { runner, transcript } = recordingRunner();
    await reportBadInputs(problem, { runner, env: {} });
    const { annotations, exitCode, summary } = transcript();
    expect(annotations).toEqual([
      {
        kind: 'error',
        text: 'tokens.yml:3:5: tokens, 1, name: missing.',
        at: { file: 'tokens.yml', line: 3, column: 5 },
      },
      { kind: 'error', text: 'force: got "yes". Fix the step.\nsettings' },
    ]);
    expect(exitCode).toBe(1);
    expect(summary).toContain('> `tokens.yml:3:5`: tokens, 1, name: missing.');
  });

  test('sets all outputs', async () => {
    const { runner, transcript } = recordingRunner();
    await reportBadInputs(problem, { runner, env: {} });
    expect(transcript().outputs).toEqual({
      status: 'failed',
      reason: 'settings',
      message: 'force: got "yes". tokens.yml:3:5: tokens, 1, name: missing.',
      changed: 'false',
      'token-id': '',
      'client-id': '',
      'client-secret': '',
      'expires-at': '',
      'previous-secret-expires-at': '',
      'rotate-due-at': '',
      'secret-version': '',
      targets: '[]',
      tokens: '[]',
    });
  });
});

describe('outputs', () => {
  test('of one token are its own', async () => {
    const { outputs } = await reported(runOf({ ...partlyFailed() }));
    expect(outputs).toMatchObject({
      status: 'failed',
      reason: 'github-permission-missing',
      'token-id': TOKEN.id,
      'expires-at': '2027-11-24T06:03:12Z',
      'previous-secret-expires-at': '2026-11-25T18:03:12Z',
      'secret-version': '4',
    });
    const targets = JSON.parse(outputs['targets'] ?? '') as readonly object[];
    expect(targets[2]).toEqual({
      token: 'deploy-web',
      repository: 'acme/api',
      environment: 'production',
      organization: null,
      app: 'actions',
      'client-id-name': 'CF_ACCESS_CLIENT_ID',
      'client-secret-name': 'CF_ACCESS_CLIENT_SECRET',
      status: 'failed',
      error:
        'acme/api, environment production: GitHub refused to write its secrets (403). Grant the App `Environments: write`, then run this again.',
    });
  });

  test('of a manifest are empty unless all tokens have the same', async () => {
    const other = { ...TOKEN, id: 'other', version: 4, expiresAt: NOW };
    const tokens = [tokenOf({ admissions: [] }), tokenOf({ label: 'b', token: other })];
    const { outputs } = await reported({ ...runOf({}, { fleet: true }), tokens });
    expect(outputs).toMatchObject({ 'token-id': '', 'expires-at': '', 'secret-version': '4' });
    const told = JSON.parse(outputs['tokens'] ?? '') as readonly object[];
    expect(told[0]).toEqual({
      name: 'deploy-web',
      id: TOKEN.id,
      status: 'unchanged',
      reason: 'secret-fresh',
      message: 'Nothing to do for "deploy-web": every target has the current secret.',
      changed: false,
      'client-id': TOKEN.clientId,
      'secret-version': 4,
      'expires-at': '2027-11-24T06:03:12Z',
      'previous-secret-expires-at': '2026-11-25T18:03:12Z',
      'rotate-due-at': null,
      'last-seen-at': '2026-11-24T03:03:12Z',
      enabled: true,
      'admitted-to': [],
      targets: [],
      problems: [],
    });
  });

  test('name what admits a token', async () => {
    const line = { kind: 'application', value: 'app.example.com' } as const;
    const admissions = (['added', 'admitted', 'failed', 'withdrawn'] as const).map((status) => ({
      line: { ...line, value: status },
      status,
      what: 'x',
    }));
    const { outputs } = await reported(runOf({ admissions }));
    const [token] = JSON.parse(outputs['tokens'] ?? '') as readonly { readonly 'admitted-to': unknown }[];
    expect(token?.['admitted-to']).toEqual(['application=added', 'application=admitted']);
  });
});
