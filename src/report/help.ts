import type { Dependencies } from '../model/dependencies.ts';

/** The address of the page that explains an error; undefined if it is not known. */
export type HelpUrl = (code: string) => string | undefined;

/** Pages of the version of the action that runs; of one that was checked out (`uses: ./`) the runner knows no repository. */
export function helpUrls(env: Dependencies['env']): HelpUrl {
  const server = env['GITHUB_SERVER_URL'] ?? '';
  const repository = env['GITHUB_ACTION_REPOSITORY'] ?? '';
  const ref = env['GITHUB_ACTION_REF'] ?? '';
  if (!/^https?:\/\/\S+$/.test(server) || !/^[\w.-]+\/[\w.-]+$/.test(repository) || ref === '') {
    return () => undefined;
  }
  const path = ref.split('/').map(encodeURIComponent).join('/');
  return (code) => `${server}/${repository}/blob/${path}/docs/troubleshooting.md#${code}`;
}

/** What a summary needs beside the outcome. */
export interface SummaryOptions {
  readonly helpUrl: HelpUrl;
}
