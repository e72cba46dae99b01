import { generateKeyPairSync } from 'node:crypto';
import { SettingsProblem } from '../../src/settings/complaints.ts';
import { readInputs } from '../../src/settings/read-settings.ts';
import type { Settings, TokenSettings, VerifySettings } from '../../src/settings/settings.ts';

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

/** The settings of a step for one token, together with those of that token. */
export type StepSettings = Settings & TokenSettings;

/** The settings of the smallest step, with this changed; undefined takes an input away. */
export function settingsOf(given: Given = {}): StepSettings {
  const settings = readInputs(environmentOf(given));
  if (settings.operation === 'verify') throw new Error('verify has no token');
  const [token] = settings.tokens;
  if (token === undefined) throw new Error('the step works on the whole account');
  return { ...settings, ...token };
}

/** The smallest step that verifies. */
export const VERIFY: Given = {
  operation: 'verify',
  ...{ 'token-name': undefined, 'cloudflare-api-token': undefined, 'cloudflare-account-id': undefined },
  ...{ 'github-token': undefined, 'client-id': 'id.access', 'client-secret': 'hush-hush' },
  'verify-url': 'https://app.example.com',
};

/** The settings of the smallest step that verifies, with this changed. */
export function verifySettingsOf(given: Given = {}): VerifySettings {
  const settings = readInputs(environmentOf({ ...VERIFY, ...given }));
  if (settings.operation !== 'verify') throw new Error(`got ${settings.operation}`);
  return settings;
}

/** What is said to be wrong with a step, a line each; empty if nothing is. */
export function complaintsOf(given: Given): readonly string[] {
  try {
    readInputs(environmentOf(given));
    return [];
  } catch (error) {
    if (!(error instanceof SettingsProblem)) throw error;
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
