import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS } from '../../sandbox/world.ts';
import { conform, type Conformed } from '../../scripts/conformance/conform.ts';
import type { Benches } from '../../scripts/conformance/run.ts';
import { runOf } from '../../scripts/conformance/names.ts';
import { benchesOf, conformanceSandbox } from './bench.ts';

const RUN = '0123456789ab';
const OTHER = 'ba9876543210';

/** The runs that a machine knows, in memory. */
class Known {
  runs: string[];

  constructor(...runs: string[]) {
    this.runs = runs;
  }

  get known(): readonly string[] {
    return this.runs;
  }

  begin(run: string): void {
    this.runs.push(run);
  }

  end(runs: readonly string[]): void {
    this.runs = this.runs.filter((run) => !runs.includes(run));
  }
}

async function play(
  sandbox: Sandbox,
  runs: Known,
  more: {
    readonly trying?: Benches;
    readonly signal?: AbortSignal;
    readonly cleanUp?: readonly string[];
  } = {},
): Promise<{ readonly result: Conformed; readonly printed: string }> {
  const benches = benchesOf(sandbox, RUN);
  const printed: string[] = [];
  const result = await conform({
    cleaning: benches,
    trying: benches,
    run: RUN,
    runs,
    signal: new AbortController().signal,
    recorded: {},
    print: (text) => printed.push(text),
    ...more,
  });
  return { result, printed: printed.join('\n') };
}

/** Names of everything there that a conformance run made. */
function left(sandbox: Sandbox): readonly string[] {
  const place = { kind: 'repository', owner: 'acme', repository: 'web', app: 'actions' } as const;
  const names = [
    ...sandbox.cloudflare.list().map(({ name }) => name),
    ...sandbox.access.policies.list().map(({ name }) => String(name)),
    ...sandbox.access.applications.list().map(({ name }) => String(name)),
    ...sandbox.github.secretNames(place),
    ...sandbox.github.variableNames(place),
  ];
  return names.filter((name) => runOf(name) !== undefined);
}

describe('a conformance run', () => {
  it('removes everything that it made, and prints no credential', async () => {
    const sandbox = conformanceSandbox();
    const runs = new Known();
    const { result, printed } = await play(sandbox, runs);
    expect(result).toMatchObject({ exitCode: 0, changes: [] });
    expect(left(sandbox)).toEqual([]);
    expect(
      sandbox.github.environmentProtection('acme', 'web', `cf-access-conformance-${RUN}`),
    ).toBeUndefined();
    expect(runs.known).toEqual([]);
    expect(sandbox.clientSecrets.length).toBeGreaterThan(10);
    const secrets = [...sandbox.clientSecrets, CLOUDFLARE_CREDENTIALS.write, GITHUB_TOKENS.write];
    for (const secret of secrets) expect(printed).not.toContain(secret);
    expect(sandbox.github.liveInstallationTokens()).toEqual([]);
  });

  it('says what differs, from the assumptions or from what was recorded', async () => {
    const sandbox = conformanceSandbox({ cloudflare: { createStatus: 200 } });
    const { result, printed } = await play(sandbox, new Known());
    expect(result.exitCode).toBe(1);
    expect(result.changes).toEqual(['create-status: it was "201", now it is "200".']);
    expect(printed).toContain('Any status of 200 to 299 counts as success.');
  });

  it('removes everything after it was stopped halfway', async () => {
    const sandbox = conformanceSandbox();
    const stop = new AbortController();
    const whole = benchesOf(sandbox, RUN);
    let requests = 0;
    const { api, ...cloudflare } = whole.cloudflare ?? expect.fail();
    const trying: Benches = {
      github: whole.github,
      cloudflare: {
        ...cloudflare,
        api: {
          as: (headers) => api.as(headers),
          send: (...request) => {
            requests += 1;
            if (requests === 40) stop.abort(new Error('stopped'));
            stop.signal.throwIfAborted();
            return api.send(...request);
          },
        },
      },
    };
    const { result, printed } = await play(sandbox, new Known(), { trying, signal: stop.signal });
    expect(result.exitCode).toBe(2);
    expect(printed).toBe('Stopped. Removing what was made.');
    expect(sandbox.clientSecrets.length).toBeGreaterThan(2);
    expect(left(sandbox)).toEqual([]);
  });

  it('removes first what an earlier run of this machine left', async () => {
    const sandbox = conformanceSandbox();
    leave(sandbox, OTHER);
    const runs = new Known(OTHER);
    expect((await play(sandbox, runs)).result.exitCode).toBe(0);
    expect(left(sandbox)).toEqual([]);
    expect(runs.known).toEqual([]);
  });

  it('refuses to run beside what another machine made, and leaves it alone', async () => {
    const sandbox = conformanceSandbox();
    leave(sandbox, OTHER);
    const before = sandbox.cloudflare.snapshot();
    const { result, printed } = await play(sandbox, new Known());
    expect(result).toMatchObject({ exitCode: 2, observations: [] });
    expect(printed).toContain(`service token cf-access-conformance-${OTHER}-1`);
    expect(printed).toContain(`npm run conformance -- --clean-up ${OTHER}`);
    expect(sandbox.cloudflare.snapshot()).toEqual(before);
    expect(left(sandbox)).toHaveLength(2);
  });

  it('removes what it is told to, and does nothing else', async () => {
    const sandbox = conformanceSandbox();
    leave(sandbox, OTHER);
    const { result } = await play(sandbox, new Known(), { cleanUp: [OTHER] });
    expect(result).toMatchObject({ exitCode: 0, observations: [] });
    expect(left(sandbox)).toEqual([]);
  });

  it('touches nothing whose name only looks like its own', async () => {
    const sandbox = conformanceSandbox();
    const scope = { kind: 'account', id: ACCOUNT } as const;
    sandbox.cloudflare.createToken({ scope, name: 'cf-access-conformance-staging' });
    sandbox.cloudflare.createToken({ scope, name: `our cf-access-conformance-${OTHER}-1` });
    expect((await play(sandbox, new Known())).result.exitCode).toBe(0);
    expect(sandbox.cloudflare.list().map(({ name }) => name)).toEqual([
      'cf-access-conformance-staging',
      `our cf-access-conformance-${OTHER}-1`,
    ]);
  });

  it('says what it could not remove', async () => {
    const sandbox = conformanceSandbox();
    leave(sandbox, OTHER);
    sandbox.cloudflare.reference(sandbox.cloudflare.list()[0]?.id ?? '');
    const runs = new Known(OTHER);
    const { result, printed } = await play(sandbox, runs);
    expect(result.exitCode).toBe(2);
    expect(printed).toContain(
      `Could not be removed, delete them by hand or run this again:\n  service token cf-access`,
    );
    expect(runs.known).toEqual([OTHER]);
  });
});

/** What a run leaves that was killed. */
function leave(sandbox: Sandbox, run: string): void {
  const place = { kind: 'repository', owner: 'acme', repository: 'web', app: 'actions' } as const;
  sandbox.cloudflare.createToken({
    scope: { kind: 'account', id: ACCOUNT },
    name: `cf-access-conformance-${run}-1`,
  });
  sandbox.github.setSecret(place, `CF_ACCESS_CONFORMANCE_${run.toUpperCase()}_2`, 'conformance');
}
