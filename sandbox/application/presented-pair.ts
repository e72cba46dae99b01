/** The pair that a request presents. */
export interface PresentedPair {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Reads the two `CF-Access-Client-*` headers, else the JSON of the single header, whose keys are lower
 * case; undefined where neither is complete.
 */
export function presentedPair(headers: Headers, singleHeader: string | undefined): PresentedPair | undefined {
  const clientId = headers.get('cf-access-client-id');
  const clientSecret = headers.get('cf-access-client-secret');
  const pair = complete(clientId, clientSecret);
  if (pair !== undefined || singleHeader === undefined) return pair;
  return fromJson(headers.get(singleHeader) ?? '');
}

/** Whether the headers present half of a service token's credentials, or present them in two forms. */
export function isMalformed(headers: Headers, singleHeader: string | undefined): boolean {
  const forms = ['cf-access-client-id', 'cf-access-client-secret'].map((name) => headers.get(name));
  const given = forms.filter((value) => value !== null);
  const single = singleHeader === undefined ? undefined : fromJson(headers.get(singleHeader) ?? '');
  return given.length === 1 || (given.length > 0 && single !== undefined);
}

function fromJson(text: string): PresentedPair | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const fields = value as Readonly<Record<string, unknown>>;
    return complete(fields['cf-access-client-id'], fields['cf-access-client-secret']);
  } catch {
    return undefined;
  }
}

function complete(clientId: unknown, clientSecret: unknown): PresentedPair | undefined {
  if (typeof clientId !== 'string' || typeof clientSecret !== 'string') return undefined;
  return { clientId, clientSecret };
}
