import { fields } from '../../src/http/json.ts';
import { createToken, instantOf, rfc3339, type CloudflareBench, type Tell, type Trial } from './lab.ts';
import { demand, described, itemsOf, resultOf, type Answer, Undecided } from './service.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Rotations by an update and by /rotate, versions, and the end of the previous secret. */
export const SECRET_TRIAL: Trial<CloudflareBench> = {
  ids: [
    'previous-end-in-get',
    'previous-end-in-list',
    'previous-end-in-update',
    'previous-end-seconds',
    'previous-end-moves',
    'secret-in-update-reply',
    'secret-in-rotate-reply',
    'equal-version',
    'lower-version',
    'jumping-version',
    'version-in-get',
    'version-in-list',
    'version-in-create',
    'create-status',
    'secret-format',
  ],
  run: async (bench, tell) => {
    const { answer: created, id, name } = await createToken(bench);
    tellOfCreation(created, tell);
    const { api, access } = bench;
    const path = `${access}/service_tokens/${id}`;
    const update = (body: object): Promise<Answer> => api.send('PUT', path, { name, ...body });
    const token: Token = { update, read: () => api.send('GET', path) };
    const end = secondsOf(created.at + HOUR, 43);
    const rotated = demand('raise the version', await update(versionAndEnd(2, end)));
    tell('secret-in-update-reply', secretOf(rotated) === undefined ? 'left out' : 'there');
    tell('previous-end-in-update', endOf(rotated) === undefined ? 'left out' : 'shown');
    const read = demand('read the token', await token.read());
    tell('previous-end-in-get', endOf(read) === undefined ? 'left out' : 'shown');
    tell('version-in-get', versionOf(read) === undefined ? 'left out' : 'shown');
    await tellOfList(bench, id, tell);
    const shown = endOf(rotated) ?? endOf(read);
    if (shown !== undefined) tell('previous-end-seconds', shown === end ? 'kept' : 'dropped', rfc3339(shown));
    await tellOfMoves(token, end, tell);
    await tellOfVersion('equal-version', token, 2, end, tell);
    await tellOfVersion('lower-version', token, 1, end, tell);
    await tellOfJump(token, end, tell);
    const before = versionOf(await token.read());
    const reply = demand('rotate', await api.send('POST', `${path}/rotate`, endField(end)));
    tellOfRotate(reply, before, tell);
  },
};

interface Token {
  readonly update: (body: object) => Promise<Answer>;
  readonly read: () => Promise<Answer>;
}

function tellOfCreation(created: Answer, tell: Tell): void {
  const { status } = created;
  tell('create-status', status === 201 || status === 200 ? String(status) : 'another', String(status));
  const version = versionOf(created);
  tell('version-in-create', version === undefined ? 'left out' : String(version));
  tell('secret-format', formatOf(secretOf(created)));
}

/** What a secret looks like, without a character of it. */
function formatOf(secret: string | undefined): string {
  if (secret === undefined || secret.length < 8 || !/^[\x21-\x7e]+$/.test(secret)) return 'unusable';
  if (/^cfast_[0-9A-Za-z]{48}$/.test(secret)) return 'cfast_ and 48 characters';
  return /^[0-9a-f]{64}$/.test(secret) ? '64 hexadecimal digits' : 'another usable text';
}

async function tellOfList({ api, access }: CloudflareBench, id: string, tell: Tell): Promise<void> {
  const listed = demand('list the tokens', await api.send('GET', `${access}/service_tokens?per_page=1000`));
  const item = itemsOf(listed).find((token) => token['id'] === id);
  if (item === undefined) throw new Undecided('a list of 1000 does not have the new token');
  const end = instantOf(item['previous_client_secret_expires_at']);
  tell('previous-end-in-list', end === undefined ? 'left out' : 'shown');
  tell('version-in-list', typeof item['client_secret_version'] === 'number' ? 'shown' : 'left out');
}

/** An hour later, then into the past; undecided if no reply shows the end. */
async function tellOfMoves({ update, read }: Token, end: number, tell: Tell): Promise<void> {
  const moved = async (to: number): Promise<boolean | undefined> => {
    const reply = await update(endField(to));
    const shown = endOf(reply) ?? endOf(await read());
    return shown === undefined ? undefined : Math.abs(shown - to) < MINUTE;
  };
  const later = await moved(end + HOUR);
  const earlier = await moved(end - 3 * HOUR);
  if (later === undefined || earlier === undefined) return;
  if (later) tell('previous-end-moves', earlier ? 'both ways' : 'later only');
  else tell('previous-end-moves', earlier ? 'earlier only' : 'neither');
}

async function tellOfVersion(
  id: 'equal-version' | 'lower-version',
  { update, read }: Token,
  version: number,
  end: number,
  tell: Tell,
): Promise<void> {
  const reply = await update(versionAndEnd(version, end));
  if (!reply.ok) {
    tell(id, 'refused', described(reply));
    return;
  }
  const after = versionOf(reply) ?? versionOf(await read());
  const rotates = secretOf(reply) !== undefined || (after ?? 2) !== 2;
  tell(id, rotates ? 'rotates' : 'ignored', after === undefined ? undefined : `version ${after}`);
}

/** Undecided if replies show neither version nor secret. */
async function tellOfJump({ update, read }: Token, end: number, tell: Tell): Promise<void> {
  const reply = await update(versionAndEnd(7, end));
  if (!reply.ok) {
    tell('jumping-version', 'refused', described(reply));
    return;
  }
  const after = versionOf(reply) ?? versionOf(await read());
  if (after === undefined && secretOf(reply) === undefined) return;
  const accepted = after === undefined || after > 2;
  tell(
    'jumping-version',
    accepted ? 'accepted' : 'ignored',
    after === undefined ? undefined : `version ${after}`,
  );
}

function tellOfRotate(reply: Answer, before: number | undefined, tell: Tell): void {
  if (secretOf(reply) === undefined) {
    tell('secret-in-rotate-reply', 'left out');
    return;
  }
  const after = versionOf(reply);
  const isNext = before !== undefined && after === before + 1;
  tell('secret-in-rotate-reply', isNext ? 'there, version + 1' : 'there');
}

/** The end of a previous secret on a token that was never rotated. */
export const UNROTATED_TRIAL: Trial<CloudflareBench> = {
  ids: ['previous-end-unrotated'],
  run: async (bench, tell) => {
    const { answer, id, name } = await createToken(bench);
    const path = `${bench.access}/service_tokens/${id}`;
    const end = secondsOf(answer.at - HOUR, 17);
    const reply = await bench.api.send('PUT', path, { name, ...endField(end) });
    const rotated = await bench.api.send('POST', `${path}/rotate`, endField(end + HOUR));
    // A world in which no reply ever shows an end decides nothing here.
    if (endOf(rotated) === undefined) return;
    tell('previous-end-unrotated', endOf(reply) === undefined ? 'dropped' : 'kept');
  },
};

function versionAndEnd(version: number, end: number): object {
  return { client_secret_version: version, ...endField(end) };
}

function endField(end: number): object {
  return { previous_client_secret_expires_at: rfc3339(end) };
}

function secondsOf(instant: number, second: number): number {
  return Math.floor(instant / MINUTE) * MINUTE + second * 1_000;
}

function secretOf(answer: Answer): string | undefined {
  const { client_secret: secret } = resultOf(answer);
  return typeof secret === 'string' && secret !== '' ? secret : undefined;
}

function endOf(answer: Answer): number | undefined {
  return instantOf(resultOf(answer)['previous_client_secret_expires_at']);
}

function versionOf(answer: Answer): number | undefined {
  const version = fields(resultOf(answer))['client_secret_version'];
  return typeof version === 'number' ? version : undefined;
}
