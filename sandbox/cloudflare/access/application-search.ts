import { isJson, type ApplicationRecord, type Json } from './records.ts';
import type { AccessSwitches } from './switches.ts';

/**
 * The applications that a list's `aud`, `name`, `domain` and `search` leave over. `exact=true` compares
 * `name` and `domain` exactly, otherwise a part is enough, in any case.
 */
export function searched(
  applications: readonly ApplicationRecord[],
  query: URLSearchParams,
  { domainSearch }: AccessSwitches,
): readonly ApplicationRecord[] {
  const exact = query.get('exact') === 'true';
  const matches = (values: readonly string[], wanted: string | null): boolean => {
    if (wanted === null || wanted === '') return true;
    return values.some((value) => (exact ? value === wanted : contains(value, wanted)));
  };
  const audience = query.get('aud') ?? '';
  const search = query.get('search') ?? '';
  return applications.filter(({ audience: aud, fields }) => {
    const names = texts([fields['name']]);
    const domains = domainSearch === 'every-hostname' ? hostnamesOf(fields) : texts([fields['domain']]);
    return (
      (audience === '' || audience === aud) &&
      matches(names, query.get('name')) &&
      (domainSearch === 'ignored' || matches(domains, query.get('domain'))) &&
      [...names, ...texts([fields['domain']])].some((value) => contains(value, search))
    );
  });
}

/** Every hostname of an application, with its path if it has one. */
export function hostnamesOf(fields: Json): readonly string[] {
  const { domain, self_hosted_domains: domains, destinations } = fields;
  const uris = list(destinations).map((destination) =>
    isJson(destination) ? destination['uri'] : undefined,
  );
  return texts([domain, ...list(domains), ...uris]);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === 'string');
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
