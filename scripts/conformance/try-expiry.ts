import { createToken, instantOf, type CloudflareBench, type Tell, type Trial } from './lab.ts';
import { demand, described, resultOf, type Answer, Undecided } from './service.ts';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
/** So that a moment that was moved can be told from one that stayed. */
const APART = 10 * SECOND;
const NEAR = 4 * SECOND;

/** What an update, a duration and a refresh do to the expiry. */
export const EXPIRY_TRIAL: Trial<CloudflareBench> = {
  ids: ['expiry-in-replies', 'update-merges', 'duration-resets-expiry', 'refresh-base'],
  run: async (bench, tell) => {
    const { answer: created, id, name } = await createToken(bench);
    const { api, access, sleep } = bench;
    const path = `${access}/service_tokens/${id}`;
    const read = async (): Promise<Life> => lifeOf(demand('read the token', await api.send('GET', path)));
    const before = await read();
    const rotated = demand('rotate', await api.send('POST', `${path}/rotate`));
    const atBirth = [created, rotated].every((reply) => lifeOf(reply).expiresAt !== undefined);
    if (before.expiresAt === undefined) {
      tell('expiry-in-replies', 'none');
      return;
    }
    tell('expiry-in-replies', atBirth ? 'all' : 'not in create and rotate');
    await sleep(APART);
    await api.send('PUT', path, { name });
    tell('update-merges', await merging(bench, path, before, await read()));

    const again = demand('set the duration', await api.send('PUT', path, { name, duration: '24h' }));
    const afterUpdate = (await read()).expiresAt ?? NaN;
    tell('duration-resets-expiry', durationBase(afterUpdate, before.expiresAt, again.at));

    await sleep(APART);
    const refreshed = await api.send('POST', `${path}/refresh`);
    const after = (await read()).expiresAt ?? NaN;
    if (refreshed.ok) tell('refresh-base', refreshBase(after, afterUpdate, refreshed.at));
    else tell('refresh-base', 'refused', described(refreshed));
  },
};

/** A refresh of tokens that never expire, or have expired. */
export const REFRESH_TRIAL: Trial<CloudflareBench> = {
  ids: ['refresh-forever', 'refresh-expired'],
  run: async (bench, tell) => {
    await refreshForever(bench, tell);
    await refreshExpired(bench, tell);
  },
};

async function refreshForever(bench: CloudflareBench, tell: Tell): Promise<void> {
  const { api, access } = bench;
  const { id } = await createToken(bench, { duration: 'forever' });
  const path = `${access}/service_tokens/${id}`;
  const before = lifeOf(await api.send('GET', path));
  const refreshed = await api.send('POST', `${path}/refresh`);
  const after = lifeOf(await api.send('GET', path));
  await api.send('DELETE', path);
  if (!refreshed.ok) tell('refresh-forever', 'refused', described(refreshed));
  else if (after.duration !== before.duration) tell('refresh-forever', 'changes the duration');
  else tell('refresh-forever', after.expiresAt === before.expiresAt ? 'unchanged' : 'moves the expiry');
}

/** Undecided if no reply shows the expiry. @throws Refused if a token cannot live for so short a time */
async function refreshExpired(bench: CloudflareBench, tell: Tell): Promise<void> {
  const { api, access, sleep } = bench;
  const { id } = await createToken(bench, { duration: '5s' });
  const path = `${access}/service_tokens/${id}`;
  await sleep(APART);
  const before = await api.send('GET', path);
  const refreshed = await api.send('POST', `${path}/refresh`);
  if (!refreshed.ok) {
    tell('refresh-expired', 'refused', described(refreshed));
    return;
  }
  const { expiresAt } = lifeOf(await api.send('GET', path));
  const expired = lifeOf(before).expiresAt;
  if (expiresAt === undefined || expired === undefined) return;
  if (expired > before.at) throw new Undecided('a token with a duration of 5 seconds lives longer');
  tell('refresh-expired', expiresAt === expired ? 'unchanged' : 'renews');
}

interface Life {
  readonly duration: unknown;
  readonly expiresAt: number | undefined;
}

function lifeOf(answer: Answer): Life {
  const { duration, expires_at: expiresAt } = resultOf(answer);
  return { duration, expiresAt: instantOf(expiresAt) };
}

async function merging({ api }: CloudflareBench, path: string, before: Life, after: Life): Promise<string> {
  if (after.duration !== before.duration) return 'resets the duration';
  if (after.expiresAt !== before.expiresAt) return 'resets the expiry';
  const nameless = await api.send('PUT', path, { enabled: true });
  return nameless.ok ? 'keeps all' : 'refused without a name';
}

function durationBase(after: number, before: number, now: number): string {
  if (after === before) return 'unchanged';
  if (isNear(after, now + DAY)) return 'now + duration';
  return isNear(after, before + DAY) ? 'extended' : 'another';
}

function refreshBase(after: number, before: number, now: number): string {
  if (after === before) return 'unchanged';
  if (isNear(after, now + DAY)) return 'now + duration';
  const years = [365 * DAY, 366 * DAY];
  if (years.some((year) => isNear(after, now + year))) return 'now + 1 year';
  return years.some((year) => isNear(after, before + year)) ? 'expiry + 1 year' : 'another';
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= NEAR;
}
