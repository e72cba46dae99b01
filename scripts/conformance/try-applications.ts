import { createToken, idOf, type CloudflareBench, type Trial } from './lab.ts';
import { demand, described, resultOf, type Answer } from './service.ts';

const NEEDS_DOMAIN = 'needs CONFORMANCE_APPLICATION_DOMAIN, a host name of the account that serves nothing';

/** Policies that an application owns, and its sessions, with applications below a path that nothing is served at. */
export const APPLICATION_TRIAL: Trial<CloudflareBench> = {
  ids: ['own-policy-precedence', 'duplicate-precedence', 'mixed-policies', 'session-revocation'],
  missing: ({ domain }) => (domain === undefined ? NEEDS_DOMAIN : undefined),
  run: async (bench, tell) => {
    const { api, access, names } = bench;
    const { id: token } = await createToken(bench);
    const policy = (more: object = {}): object => ({
      name: names.next(),
      decision: 'non_identity',
      include: [{ service_token: { token_id: token } }],
      ...more,
    });
    const application = await createApplication(bench, {});
    const own = `${access}/apps/${application}/policies`;
    const created = await api.send('POST', own, policy());
    tell('own-policy-precedence', created.ok ? 'accepted' : 'refused', described(created));
    const ranked = created.ok ? created : await api.send('POST', own, policy({ precedence: 1 }));
    const revoked = await api.send('POST', `${access}/apps/${application}/revoke_tokens`);
    tell('session-revocation', revocation(revoked), described(revoked));

    const reusable = idOf(demand('create a policy', await api.send('POST', `${access}/policies`, policy())));
    const shared = await createApplication(bench, { policies: [{ id: reusable }] });
    const rank = created.ok ? {} : { precedence: 2 };
    const beside = await api.send('POST', `${access}/apps/${shared}/policies`, policy(rank));
    tell('mixed-policies', beside.ok ? 'accepted' : 'refused', described(beside));

    const { precedence } = resultOf(ranked);
    if (typeof precedence !== 'number') return;
    const twice = await api.send('POST', own, policy({ precedence }));
    const other = await createApplication(bench, {});
    const elsewhere = await api.send('POST', `${access}/apps/${other}/policies`, policy({ precedence }));
    const refused = elsewhere.ok ? 'refused' : 'refused in the whole account';
    tell('duplicate-precedence', twice.ok ? 'accepted' : refused, described(twice));
  },
};

async function createApplication(
  { api, access, names, domain = '' }: CloudflareBench,
  more: object,
): Promise<string> {
  const name = names.next();
  const body = { name, type: 'self_hosted', domain: `${domain}/${name}`, session_duration: '15m', ...more };
  return idOf(demand('create an application', await api.send('POST', `${access}/apps`, body)));
}

function revocation(answer: Answer): string {
  if (!answer.ok) return 'refused';
  if (answer.body === undefined) return 'no body';
  const { result } = answer.body as { readonly result?: unknown };
  return result === null ? 'null result' : 'empty result';
}
