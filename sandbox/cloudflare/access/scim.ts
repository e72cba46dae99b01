import { isJson, type Json } from './records.ts';

const SECRETS: readonly string[] = ['password', 'token', 'client_secret'];

/** The fields of an application as the API shows them: secrets of a SCIM configuration are write-only. */
export function withoutSecrets(fields: Json): Json {
  return mapAuthentications(fields, (authentication) =>
    Object.fromEntries(Object.entries(authentication).filter(([key]) => !SECRETS.includes(key))),
  );
}

/** The fields that were sent, with the secrets of the earlier fields where the new ones have none. */
export function withKeptSecrets(sent: Json, earlier: Json): Json {
  const before = authentications(earlier);
  return mapAuthentications(sent, (authentication, index) => {
    const kept = Object.entries(before[index] ?? {}).filter(([key]) => SECRETS.includes(key));
    return { ...Object.fromEntries(kept), ...authentication };
  });
}

/** The client IDs of service tokens that a SCIM configuration signs in with. */
export function scimClientIds(fields: Json): readonly unknown[] {
  return authentications(fields)
    .filter(({ scheme }) => scheme === 'access_service_token')
    .map((authentication) => authentication['client_id']);
}

/** One method to authenticate, or several of them. */
function authentications(fields: Json): readonly Json[] {
  const { scim_config: config } = fields;
  if (!isJson(config)) return [];
  const { authentication } = config;
  return (Array.isArray(authentication) ? authentication : [authentication]).filter(isJson);
}

function mapAuthentications(fields: Json, change: (authentication: Json, index: number) => Json): Json {
  const { scim_config: config } = fields;
  if (!isJson(config) || !('authentication' in config)) return fields;
  const changed = authentications(fields).map(change);
  const authentication = Array.isArray(config['authentication']) ? changed : changed[0];
  return { ...fields, scim_config: { ...config, authentication } };
}
