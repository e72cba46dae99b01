import type { Operation } from '../model/operation.ts';
import type { Inputs } from './inputs.ts';
import { UNSEEN } from './names.ts';
import { quote } from './quoting.ts';

/** Cloudflare's longest name of a service token, in characters. */
const LONGEST_NAME = 350;

/** What the name of a leased token needs for the run, the attempt, the job and the random part. */
const LEASE_SUFFIX_ROOM = 120;

const LEASE_NAME = 'lease';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Which token; both undefined for the whole account, and where they are wrong or missing. */
export interface TokenNames {
  readonly tokenName: string | undefined;
  readonly tokenId: string | undefined;
}

/** `operation` is undefined where it is wrong itself; then only the values are looked at. */
export function readToken(inputs: Inputs, operation: Operation | undefined): TokenNames {
  const isLease = operation === 'lease';
  const tokenName = readName(inputs, isLease ? LONGEST_NAME - LEASE_SUFFIX_ROOM : LONGEST_NAME);
  const tokenId = readId(inputs);
  if (isLease) {
    if (tokenId !== undefined) {
      inputs.complain('token-id', 'does not go with `lease`, which always creates a token of its own');
    }
    return { tokenName: tokenName ?? LEASE_NAME, tokenId: undefined };
  }
  const needed = operation !== undefined && operation !== 'check';
  if (needed && tokenName === undefined && tokenId === undefined) {
    inputs.complain('token-name', `not given; \`${operation}\` needs \`token-name\` or \`token-id\``);
  }
  return { tokenName, tokenId };
}

function readName(inputs: Inputs, longest: number): string | undefined {
  const name = inputs.given('token-name');
  if (name === undefined) return undefined;
  const length = Array.from(name).length;
  if (length > longest) {
    inputs.refuse('token-name', `${length} characters (${quote(name)})`, `at most ${longest}`);
  }
  if (UNSEEN.test(name)) {
    inputs.refuse('token-name', quote(name), 'a name without line breaks and control characters');
  }
  return name;
}

function readId(inputs: Inputs): string | undefined {
  const id = inputs.given('token-id');
  if (id !== undefined && !UUID.test(id)) {
    inputs.refuse('token-id', quote(id), 'a UUID, such as `f174e90a-fafe-4643-bbbc-4a0ed4fc8415`');
  }
  return id?.toLowerCase();
}
