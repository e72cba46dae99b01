import { absentId, createToken, idOf, type CloudflareBench, type Tell, type Trial } from './lab.ts';
import { codesOf, demand, described, itemsOf, resultOf, type Answer, Undecided } from './service.ts';

type Json = Readonly<Record<string, unknown>>;

const SERVICE_AUTH = 'non_identity';
const MOST_LOOKS = 20;
const BETWEEN_LOOKS = 3_000;
/** Addresses that documentation may use (RFC 5737): nobody comes from there. */
const NOWHERE = { ip: { ip: '192.0.2.0/24' } };
const NOWHERE_ELSE = { ip: { ip: '198.51.100.0/24' } };

/** A reusable policy that no application uses: it admits nobody anywhere. */
class TrialPolicy {
  readonly #bench: CloudflareBench;
  readonly #path: string;
  #name: string;
  /** Whether every write showed in the first read after it. */
  atOnce = true;

  private constructor(bench: CloudflareBench, id: string, name: string) {
    this.#bench = bench;
    this.#path = `${bench.access}/policies/${id}`;
    this.#name = name;
  }

  static async create(bench: CloudflareBench, body: Json): Promise<[TrialPolicy, Answer]> {
    const name = bench.names.next();
    const answer = await bench.api.send('POST', `${bench.access}/policies`, { name, ...body });
    return [new TrialPolicy(bench, idOf(demand('create a policy', answer)), name), answer];
  }

  /** Under a new name, by which a later read is known to show it. */
  async update(body: Json): Promise<Answer> {
    const name = this.#bench.names.next();
    const answer = await this.#bench.api.send('PUT', this.#path, { ...body, name });
    if (answer.ok) this.#name = name;
    return answer;
  }

  patch(body: Json): Promise<Answer> {
    return this.#bench.api.send('PATCH', this.#path, body);
  }

  delete(): Promise<Answer> {
    return this.#bench.api.send('DELETE', this.#path);
  }

  /** As it was written last, read until it shows. */
  async read(): Promise<Json> {
    for (let looks = 1; ; looks += 1) {
      const answer = await this.#bench.api.send('GET', this.#path);
      const result = resultOf(answer);
      if (answer.ok && result['name'] === this.#name) return result;
      this.atOnce = false;
      if (looks === MOST_LOOKS) throw new Undecided('a policy that was written does not show');
      await this.#bench.sleep(BETWEEN_LOOKS);
    }
  }
}

export const POLICY_TRIAL: Trial<CloudflareBench> = {
  ids: [
    'policy-statuses',
    'policy-omitted-keys',
    'policy-marks',
    'policy-update-replaces',
    'policy-read-only-keys',
    'policy-nulls',
    'policy-unknown-keys',
    'policy-patch',
    'policy-rule-order',
    'policy-empty-include',
    'policy-not-found',
    'policy-read-after-write',
    'policy-list-paging',
  ],
  run: async (bench, tell) => {
    const minimal = { decision: SERVICE_AUTH, include: [NOWHERE] };
    const [policy, created] = await TrialPolicy.create(bench, minimal);
    const first = await policy.read();
    tellOfOmitted(first, tell);
    tellOfMarks(first, tell);

    demand('add an exclude rule', await policy.update({ ...minimal, exclude: [NOWHERE_ELSE] }));
    const whole = await policy.read();
    demand('update the policy', await policy.update(minimal));
    const { exclude } = await policy.read();
    tell('policy-update-replaces', Array.isArray(exclude) && exclude.length > 0 ? 'keeps' : 'resets');

    const echoed = await policy.update(whole);
    tell('policy-read-only-keys', echoed.ok ? 'ignored' : 'refused', described(echoed));
    const nulls = await policy.update({ ...minimal, session_duration: null });
    tell('policy-nulls', nulls.ok ? 'accepted' : 'refused', described(nulls));
    await tellOfUnknown(policy, minimal, tell);
    const patched = await policy.patch({ decision: SERVICE_AUTH });
    tell('policy-patch', patched.ok ? 'accepted' : 'refused', described(patched));
    await tellOfRules(policy, tell);
    tell('policy-read-after-write', policy.atOnce ? 'at once' : 'later');

    const { api, access, names } = bench;
    const empty = await api.send('POST', `${access}/policies`, {
      ...minimal,
      name: names.next(),
      include: [],
    });
    tell('policy-empty-include', empty.ok ? 'accepted' : 'refused', described(empty));
    await tellOfAbsent(bench, tell);
    await tellOfPages(bench, minimal, tell);
    const deleted = demand('delete a policy', await policy.delete());
    const statuses = `${created.status} and ${deleted.status}`;
    tell('policy-statuses', statuses === '201 and 202' ? statuses : 'others of 200 to 299', statuses);
  },
};

function tellOfOmitted(policy: Json, tell: Tell): void {
  const { approval_required: approval, session_duration: session } = policy;
  const usual = approval === false && session === '24h';
  const shown = [approval, session].map((value) => (value === undefined ? 'absent' : JSON.stringify(value)));
  tell('policy-omitted-keys', usual ? 'false and 24h' : 'others', shown.join(' and '));
}

function tellOfMarks({ reusable, app_count: count }: Json, tell: Tell): void {
  const marks = [
    ...(reusable === true ? ['reusable'] : []),
    ...(typeof count === 'number' ? ['app_count'] : []),
  ];
  tell('policy-marks', marks.length === 2 ? 'both' : (marks[0] ?? 'neither'));
}

async function tellOfUnknown(policy: TrialPolicy, minimal: Json, tell: Tell): Promise<void> {
  const reply = await policy.update({ ...minimal, conformance_unknown_key: 'kept' });
  if (!reply.ok) {
    tell('policy-unknown-keys', 'refused', described(reply));
    return;
  }
  tell('policy-unknown-keys', 'conformance_unknown_key' in (await policy.read()) ? 'kept' : 'dropped');
  await policy.update(minimal);
}

async function tellOfRules(policy: TrialPolicy, tell: Tell): Promise<void> {
  const sent = [NOWHERE_ELSE, NOWHERE, NOWHERE];
  demand('write rules', await policy.update({ decision: SERVICE_AUTH, include: sent }));
  const { include } = await policy.read();
  const rules: readonly unknown[] = Array.isArray(include) ? include : [];
  const selectors = rules.map((rule) => Object.keys(Object(rule) as object).length);
  if (JSON.stringify(rules) === JSON.stringify(sent)) tell('policy-rule-order', 'as sent');
  else if (selectors.some((count) => count > 1)) tell('policy-rule-order', 'with empty selectors');
  else tell('policy-rule-order', rules.length < sent.length ? 'without duplicates' : 'in another order');
}

async function tellOfAbsent({ api, access, randomBytes }: CloudflareBench, tell: Tell): Promise<void> {
  const absent = await api.send('GET', `${access}/policies/${absentId(randomBytes)}`);
  const is404 = absent.status === 404 ? '404 with another code' : 'another';
  const usual = absent.status === 404 && codesOf(absent).includes(12135);
  tell('policy-not-found', usual ? '404 with 12135' : is404, described(absent));
}

async function tellOfPages(bench: CloudflareBench, minimal: Json, tell: Tell): Promise<void> {
  const [another] = await TrialPolicy.create(bench, minimal);
  await another.read();
  const page = async (number: number): Promise<readonly unknown[]> => {
    const list = await bench.api.send('GET', `${bench.access}/policies?per_page=1&page=${number}`);
    return itemsOf(demand('list the policies', list)).map(({ id }) => id);
  };
  const [first, second] = [await page(1), await page(2)];
  const cut = first.length === 1 && second.length <= 1;
  if (!cut) tell('policy-list-paging', 'ignored');
  else if (second.length === 0) tell('policy-list-paging', 'an empty page before the last');
  else tell('policy-list-paging', first[0] === second[0] ? 'repeats a page' : 'honoured');
}

/** What keeps a token from being deleted. */
export const REFERENCE_TRIAL: Trial<CloudflareBench> = {
  ids: ['delete-referenced-token', 'in-use-exclude', 'in-use-any-valid', 'in-use-lag'],
  run: async (bench, tell) => {
    const named = (id: string): Json => ({ service_token: { token_id: id } });
    const { id: unnamed } = await createToken(bench);
    const free = await bench.api.send('DELETE', `${bench.access}/service_tokens/${unnamed}`);
    if (isInUse(free)) {
      // The account has a rule for any token already, and nothing else can be told apart then.
      tell('in-use-any-valid', '12139', described(free));
      return;
    }
    const included = await withPolicy(bench, (id) => ({ include: [named(id)] }));
    const { reply } = included;
    const otherwise = reply.ok ? 'deleted' : 'another refusal';
    tell('delete-referenced-token', isInUse(reply) ? '12139' : otherwise, described(reply));
    if (isInUse(reply)) await tellOfLag(bench, included, tell);
    const excluded = await withPolicy(bench, (id) => ({ include: [NOWHERE], exclude: [named(id)] }));
    tell('in-use-exclude', excluded.reply.ok ? 'deleted' : '12139', described(excluded.reply));
    await excluded.policy.delete();
    const any = await withPolicy(bench, () => ({ include: [{ any_valid_service_token: {} }] }));
    tell('in-use-any-valid', any.reply.ok ? 'deleted' : '12139', described(any.reply));
    await any.policy.delete();
  },
};

interface Referenced {
  readonly policy: TrialPolicy;
  /** `/accounts/…/service_tokens/<id>` */
  readonly token: string;
  /** To the deletion of the token while the policy is there. */
  readonly reply: Answer;
}

async function withPolicy(bench: CloudflareBench, rules: (token: string) => Json): Promise<Referenced> {
  const { id } = await createToken(bench);
  const [policy] = await TrialPolicy.create(bench, { decision: SERVICE_AUTH, ...rules(id) });
  await policy.read();
  const token = `${bench.access}/service_tokens/${id}`;
  return { policy, token, reply: await bench.api.send('DELETE', token) };
}

async function tellOfLag(bench: CloudflareBench, { policy, token }: Referenced, tell: Tell): Promise<void> {
  demand('delete a policy', await policy.delete());
  for (let looks = 1; ; looks += 1) {
    const reply = await bench.api.send('DELETE', token);
    if (reply.ok) {
      tell('in-use-lag', looks === 1 ? 'at once' : 'later');
      return;
    }
    if (looks === MOST_LOOKS) throw new Undecided('a token that no policy names cannot be deleted');
    await bench.sleep(BETWEEN_LOOKS);
  }
}

function isInUse(answer: Answer): boolean {
  return codesOf(answer).includes(12139);
}
