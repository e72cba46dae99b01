import { html, json, NOTHING, text, type Content } from './pages.ts';
import type { OriginAnswer } from './settings.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Content;
}

/** What comes back once Access has let a request in; none of it carries `cf-access-*` headers. */
export function originAnswer(answer: OriginAnswer): Answer {
  switch (answer) {
    case 200:
      return { status: 200, headers: {}, content: json({ status: 'ok' }) };
    case 204:
      return { status: 204, headers: {}, content: NOTHING };
    case 401:
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="app"' }, content: text('Sign in') };
    case 403:
      return { status: 403, headers: {}, content: text('Forbidden by the application') };
    case 404:
      return { status: 404, headers: {}, content: text('Not found') };
    case 405:
      return { status: 405, headers: { allow: 'POST' }, content: text('Method not allowed') };
    case 500:
      return { status: 500, headers: {}, content: text('Internal error') };
    case 'down-502':
      return { status: 502, headers: {}, content: html('502: Bad gateway') };
    case 'down-530':
      return { status: 530, headers: {}, content: html('Error 1033: Cloudflare Tunnel error') };
  }
}

/** A refusal at the edge, before Access: a blocked client signature, or a bot check. */
export function edgeAnswer(edge: 'waf-1010' | 'challenge'): Answer {
  if (edge === 'waf-1010') return { status: 403, headers: {}, content: text('error code: 1010') };
  return { status: 403, headers: { 'cf-mitigated': 'challenge' }, content: html('Just a moment...') };
}
