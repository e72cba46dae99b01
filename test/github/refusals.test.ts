import { describe, expect, it } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import { GITHUB_TOKENS } from '../../sandbox/world.ts';
import type { App, Target } from '../../src/model/target.ts';
import { Bench, failureOf, problemOf } from './bench.ts';

function organization(app: App): Target {
  return {
    ...WEB,
    place: {
      kind: 'organization',
      organization: 'acme',
      app,
      visibility: undefined,
      repositories: undefined,
    },
  };
}

function repository(repository: string, app: App = 'actions'): Target {
  return { ...WEB, place: { kind: 'repository', owner: 'acme', repository, app } };
}

async function said(bench: Bench, target: Target): Promise<string> {
  return problemOf(await bench.observe(target));
}

describe('a refusal says what it means and what to do', () => {
  it('for a token that is wrong', async () => {
    expect(await said(new Bench({ token: 'nonsense' }), WEB)).toBe(
      'github-bad-credentials: acme/web: GitHub did not show its secrets: the credentials were refused ' +
        '(401: Bad credentials). Check github-token: it is wrong, expired or revoked, or belongs to another GitHub.',
    );
  });

  it("for a workflow's own token", async () => {
    const text = await said(new Bench({ token: GITHUB_TOKENS.workflow }), WEB);
    expect(text).toMatch(/^github-token-cannot: acme\/web: /);
    expect(text).toContain('GITHUB_TOKEN can never reach secrets');
    expect(text).toContain('Secrets: read and write');
    expect(text).toContain('`secrets=read`');
  });

  it('for a fine-grained token that lacks a permission', async () => {
    const bench = new Bench();
    bench.sandbox.github.revokePermission(GITHUB_TOKENS.write, 'dependabot_secrets');
    const text = await said(bench, repository('web', 'dependabot'));
    expect(text).toMatch(/^github-permission-missing: acme\/web \(dependabot\): /);
    expect(text).toContain('Dependabot secrets: read and write');
    expect(text).toContain('`dependabot_secrets=read`');
  });

  it('for a classic token without its scope, at an organization', async () => {
    const bench = new Bench({ token: GITHUB_TOKENS.classic });
    bench.sandbox.github.revokePermission(GITHUB_TOKENS.classic, 'admin:org');
    const text = await said(bench, organization('actions'));
    expect(text).toMatch(/^github-permission-missing: organization acme: /);
    expect(text).toContain('the scope `admin:org` of a classic token');
    expect(text).toContain('must own the organization');
  });

  it('for an organization with single sign-on', async () => {
    const bench = new Bench({ token: 'ghp_no_sso' });
    bench.sandbox.github.addToken({
      token: 'ghp_no_sso',
      kind: 'classic',
      scopes: ['repo'],
      withoutSso: ['acme'],
    });
    const text = await said(bench, WEB);
    expect(text).toMatch(/^github-sso: /);
    expect(text).toMatch(/at https:\/\/github\.com\/orgs\/acme\/sso\?authorization_request=\d+, or/);
  });

  it('for an archived repository', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    bench.sandbox.github.archiveRepository('acme', 'web');
    const problem = await failureOf(bench.stores.checkWrite(state));
    expect(problem).toMatchObject({ code: 'github-archived', applied: 'no', status: 403 });
  });

  it('for a repository and an organization that are not there', async () => {
    const bench = new Bench();
    expect(await said(bench, repository('nix'))).toMatch(/^repository-not-found: .*acme\/nix/);
    const nobody: Target = {
      ...WEB,
      place: { ...organization('actions').place, organization: 'nobody' } as never,
    };
    expect(await said(bench, nobody)).toMatch(/^organization-not-found: .*no organization nobody/);
  });

  it('for secrets that this GitHub has not', async () => {
    const bench = new Bench({ githubSwitches: { enterpriseServer: true } });
    expect(await said(bench, repository('web', 'codespaces'))).toMatch(/^secrets-not-offered: /);
    expect(await said(bench, repository('web', 'dependabot'))).toBe('readable');
  });

  it('for GitHub Enterprise Server, before anything is sent', async () => {
    const bench = new Bench({ apiUrl: 'https://github.example.com/api/v3' });
    for (const app of ['codespaces', 'agents'] as const) {
      const text = await said(bench, repository('web', app));
      expect(text).toMatch(/^secrets-not-offered: .*GitHub Enterprise Server has no/);
    }
    expect(bench.log).toEqual([]);
  });

  it.each(['https://api.github.com', 'https://api.tenant.ghe.com', 'http://127.0.0.1:8080'])(
    'for no GitHub that has them: %s',
    async (apiUrl) => {
      const fetch: typeof globalThis.fetch = () => Promise.resolve(new Response('{}', { status: 401 }));
      const bench = new Bench({ apiUrl, fetch: () => fetch });
      expect(await said(bench, repository('web', 'agents'))).toMatch(/^github-bad-credentials/);
    },
  );
});

describe('words from outside', () => {
  const hostile = '::set-output name=x::y\n##[error]boo ';

  it('hold no command for the runner, wherever they come from', async () => {
    const bench = new Bench();
    const headers = {
      'content-type': 'application/json',
      'x-accepted-github-permissions': '::error::x',
      'x-github-sso': 'required; url=https://example.com/##[error]',
    };
    for (const status of [401, 403, 404, 409, 422]) {
      const body = JSON.stringify({ message: hostile, errors: [hostile, { resource: 'x' }] });
      bench.sandbox.faults.add({
        name: 'x',
        effect: { kind: 'reply', when: 'before', status, headers, body },
      });
      const text = await said(bench, WEB);
      expect(text).toContain('boo');
      expect(text).not.toMatch(/::|##\[|\n/);
    }
  });

  it('do not include the token', async () => {
    const bench = new Bench();
    const body = JSON.stringify({ message: `token ${GITHUB_TOKENS.write} is bad` });
    const headers = { 'content-type': 'application/json' };
    const effect = { kind: 'reply', when: 'before', status: 401, body, headers } as const;
    bench.sandbox.faults.add({ name: 'echo', effect });
    expect(await said(bench, WEB)).toContain('token *** is bad');
  });

  it('are short', async () => {
    const bench = new Bench();
    const body = 'lorem ipsum '.repeat(100_000);
    const effect = { kind: 'reply', when: 'before', status: 422, body } as const;
    bench.sandbox.faults.add({ name: 'huge', effect });
    expect((await said(bench, WEB)).length).toBeLessThan(600);
  });
});
