import { ClientSecret } from '../model/client-secret.ts';
import { complainOfMissing, readCredential } from './credentials.ts';
import { readWait } from './durations.ts';
import type { InputName, Inputs } from './inputs.ts';
import type { VerifySettings } from './settings.ts';
import { readVerifyUrl } from './urls.ts';

/** What `verify` needs; undefined, and noted, if something is missing. */
export function readVerify(inputs: Inputs): VerifySettings | undefined {
  const clientId = readNeeded(inputs, 'client-id', 'the client ID of a service token');
  const clientSecret = readNeeded(inputs, 'client-secret', 'the client secret of a service token');
  const url = inputs.value('verify-url');
  if (url === undefined) {
    inputs.spot('verify-url').complain('not given; `verify` needs the URL to try the credentials at');
  }
  const verifyUrl = url && readVerifyUrl(url);
  const common = {
    verifyTimeout: readWait('verify-timeout', inputs.valueOrDefault('verify-timeout')),
    requestTimeout: readWait('request-timeout', inputs.valueOrDefault('request-timeout')),
    maxWait: readWait('max-wait', inputs.valueOrDefault('max-wait')),
    dryRun: inputs.boolean('dry-run'),
  };
  if (clientId === undefined || clientSecret === undefined || verifyUrl === undefined) return undefined;
  const credentials = { clientId, clientSecret: new ClientSecret(clientSecret) };
  return { operation: 'verify', verifyUrl, ...common, credentials, warnings: [] };
}

function readNeeded(inputs: Inputs, name: InputName, what: string): string | undefined {
  const value = readCredential(inputs, name);
  if (value === undefined) complainOfMissing(inputs, name, `${what}, which \`verify\` needs`);
  return value;
}
