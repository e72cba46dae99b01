import { generateKeyPairSync } from 'node:crypto';
import { Problem } from '../../src/model/problem.ts';
import { readSettings, type Settings } from '../../src/settings/settings.ts';

export type Given = Readonly<Record<string, string | undefined>>;

/** The smallest step that is right: everything else has a default. */
const STEP: Given = {
  'token-name': 'deploy',
  'cloudflare-api-token': 'cloudflare-token',
  'cloudflare-account-id': '0123456789abcdef0123456789abcdef',
  'github-token': 'ghs_token',
};

const VARIABLES: Given = {
  GITHUB_REPOSITORY: 'acme/web',
  GITHUB_API_URL: 'https://api.github.com',
};

/** The environment that the runner gives a step: inputs in the lower case of action.yml, variables in capitals. */
export function environmentOf(given: Given): Given {
  const inputs = { repository: 'acme/web', environment: '(none)', ...STEP, ...given };
  const env: Record<string, string | undefined> = { ...VARIABLES };
  for (const [name, value] of Object.entries(inputs)) {
    env[name === name.toUpperCase() ? name : `INPUT_${name.toUpperCase()}`] = value;
  }
  return env;
}

/** The settings of the smallest step, with this changed; undefined takes an input away. */
export function settingsOf(given: Given = {}): Settings {
  return readSettings(environmentOf(given));
}

/** What is said to be wrong with a step, a line each; empty if nothing is. */
export function complaintsOf(given: Given): readonly string[] {
  try {
    settingsOf(given);
    return [];
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'settings') throw error;
    return error.message.split('\n');
  }
}

/** A new private key in the form that GitHub gives out (PKCS #1), and as PKCS #8. */
export function newPrivateKey(): { pkcs1: string; pkcs8: string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    pkcs1: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    pkcs8: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
