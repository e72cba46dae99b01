import { randomFillSync } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import * as core from '@actions/core';
import { context } from '@actions/github';
import type { Dependencies, Runner } from './model/dependencies.ts';
import { files } from './files.ts';
import { post } from './post.ts';
import { proxyVariables, useProxies } from './http/proxy.ts';
import { transport } from './http/transport.ts';
import { run } from './main.ts';

const MAIN_RAN = 'main-ran';

const runner: Runner = {
  info: core.info,
  debug: core.debug,
  notice: core.notice,
  warning: core.warning,
  error: (text, at) => {
    core.error(text, at === undefined ? {} : { file: at.file, startLine: at.line, startColumn: at.column });
  },
  startGroup: core.startGroup,
  endGroup: core.endGroup,
  setSecret: core.setSecret,
  setOutput: core.setOutput,
  saveState: core.saveState,
  getState: core.getState,
  writeSummary: async (markdown) => {
    if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
    await core.summary.addRaw(markdown).write();
  },
  fail: () => {
    process.exitCode = core.ExitCode.Failure;
  },
};

const cancelled = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    cancelled.abort();
  });
}

const proxies = proxyVariables(process.env);
const obstacle = proxies && (await useProxies(proxies));
if (obstacle !== undefined) runner.warning(obstacle);
const http = transport();

const deps: Dependencies = {
  env: {
    ...process.env,
    GITHUB_API_URL: context.apiUrl,
    GITHUB_REPOSITORY: process.env['GITHUB_REPOSITORY'] ?? context.payload.repository?.full_name,
  },
  runner,
  files,
  // Before Node 24.5, NODE_USE_ENV_PROXY is for `fetch` alone.
  fetch: obstacle === undefined ? http.fetch : globalThis.fetch,
  time: {
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    sleep: (duration, signal) => setTimeout(duration, undefined, signal === undefined ? {} : { signal }),
    timeout: (duration) => AbortSignal.timeout(duration),
  },
  randomBytes: (count) => randomFillSync(new Uint8Array(count)),
  cancelled: cancelled.signal,
};

if (core.getState(MAIN_RAN) === '') {
  core.saveState(MAIN_RAN, 'true');
  await run(deps);
} else {
  await post(deps);
}
http.close();
