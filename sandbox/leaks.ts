import type { Exchange } from './exchange.ts';

export interface Haystack {
  readonly name: string;
  readonly text: string;
  /**
   * Whether the text is what a step's process printed, which the runner reads before anyone sees it. Its
   * `::add-mask::` lines are how a secret becomes masked, and the runner never shows them: they are left out.
   */
  readonly raw?: boolean;
}

export interface Leak {
  readonly haystack: string;
  /** Position in the list of secrets; the value is not repeated. */
  readonly secret: number;
  /** How the secret is written there. */
  readonly form: string;
}

/** How much of a secret counts as the secret: any run of about twice as many characters is found. */
const PART = 12;

/**
 * Finds secrets in texts: as they are, in base64 (at any position in a longer text) and base64url, in hex,
 * URL-encoded, JSON-escaped, and large parts of them.
 */
export function findLeaks({
  secrets,
  haystacks,
}: {
  readonly secrets: readonly string[];
  readonly haystacks: readonly Haystack[];
}): Leak[] {
  const texts = haystacks.map(({ name, text, raw }) => {
    const searched = raw === true ? withoutMaskCommands(text) : text;
    return { name, text: searched, lowerCase: searched.toLowerCase() };
  });
  const leaks: Leak[] = [];
  for (const [secret, value] of secrets.entries()) {
    const forms = formsOf(value);
    for (const { name, text, lowerCase } of texts) {
      const found = forms.find(({ written, anyCase }) => (anyCase ? lowerCase : text).includes(written));
      if (found !== undefined) leaks.push({ haystack: name, secret, form: found.form });
    }
  }
  return leaks;
}

/**
 * All that was sent, as texts to search for client secrets. Left out are the `CF-Access-Client-Secret`
 * headers of requests to the application, which present the secret to Access; sealed values need no
 * exception, since what is sealed can be found in none of the forms. Replies are not searched: Cloudflare's
 * are where the secrets come from.
 */
export function requestHaystacks(log: readonly Exchange[]): Haystack[] {
  return log.map(({ number, service, method, path, requestHeaders, requestBody }) => {
    const headers = Object.entries(requestHeaders)
      .filter(([name]) => !(service === 'application' && name.toLowerCase() === 'cf-access-client-secret'))
      .map(([name, value]) => `${name}: ${value}`);
    return {
      name: `request ${number}: ${service} ${method} ${path}`,
      text: [`${method} ${path}`, ...headers, requestBody].join('\n'),
    };
  });
}

interface Form {
  readonly form: string;
  readonly written: string;
  /** Then it is lower case, and searched for in lower case. */
  readonly anyCase?: boolean;
}

function formsOf(secret: string): readonly Form[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret, 'utf8');
  const urlEncoded = encodeURIComponent(secret);
  return [
    { form: 'plain', written: secret },
    { form: 'JSON-escaped', written: JSON.stringify(secret).slice(1, -1) },
    { form: 'URL-encoded', written: urlEncoded },
    { form: 'URL-encoded', written: urlEncoded.toLowerCase(), anyCase: true },
    { form: 'URL-encoded', written: urlEncoded.replaceAll('%20', '+') },
    { form: 'hex', written: bytes.toString('hex'), anyCase: true },
    ...[0, 1, 2].flatMap((offset) => {
      const written = base64Inside(bytes, offset);
      return [
        { form: 'base64', written },
        { form: 'base64url', written: written.replaceAll('+', '-').replaceAll('/', '_') },
      ];
    }),
    ...partsOf(secret).map((written) => ({ form: 'in part', written })),
  ].filter(({ written }) => written !== '');
}

/** The base64 characters that depend on the secret alone, where `offset` bytes of a group come before it. */
function base64Inside(bytes: Buffer, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return encoded.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3));
}

/** Of the random characters only; words that a credential is marked with occur elsewhere. */
function partsOf(secret: string): string[] {
  const runs = secret.match(new RegExp(`[A-Za-z0-9]{${PART * 2},}`, 'g')) ?? [];
  return runs.flatMap((run) => run.match(new RegExp(`.{${PART}}`, 'g')) ?? []);
}

function withoutMaskCommands(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .filter((line) => !line.trimStart().startsWith('::add-mask::'))
    .join('\n');
}
