import { createSign } from 'node:crypto';
import { fields } from '../../src/http/json.ts';
import type { AppCredentials, GitHubBench, Trial } from './lab.ts';
import { demand, described, type Answer, type Api } from './service.ts';

/** A token of a GitHub App, which is revoked at once. */
export const APP_TRIAL: Trial<GitHubBench> = {
  ids: ['installation-unknown-keys'],
  missing: ({ app }) =>
    app === undefined
      ? 'needs CONFORMANCE_APP_CLIENT_ID and CONFORMANCE_APP_PRIVATE_KEY of an App that is installed at the repository'
      : undefined,
  run: async ({ api, repository, app }, tell) => {
    if (app === undefined) return;
    const { at } = await api.send('GET', repository);
    const asApp = api.as({ authorization: `Bearer ${assertionOf(app, at)}` });
    const found = demand('find the installation', await asApp.send('GET', `${repository}/installation`));
    const path = `/app/installations/${String(fields(found.body)['id'])}/access_tokens`;
    const permissions = { metadata: 'read', conformance_unknown_key: 'read' };
    const issued = await asApp.send('POST', path, { permissions });
    tell('installation-unknown-keys', issued.ok ? 'ignored' : 'refused', described(issued));
    if (issued.ok) await revoke(api, issued);
  },
};

async function revoke(api: Api, issued: Answer): Promise<void> {
  const token = String(fields(issued.body)['token']);
  demand(
    'revoke a token',
    await api.as({ authorization: `Bearer ${token}` }).send('DELETE', '/installation/token'),
  );
}

/** A JSON Web Token (RFC 7519) that GitHub takes for a minute. */
function assertionOf({ clientId, privateKey }: AppCredentials, now: number): string {
  const seconds = Math.floor(now / 1_000);
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { iat: seconds - 30, exp: seconds + 60, iss: clientId },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}
