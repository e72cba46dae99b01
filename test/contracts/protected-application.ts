import { randomBytes } from 'node:crypto';
import { ProtectedApplication } from '../../sandbox/application/application.ts';
import type { ApplicationSettings } from '../../sandbox/application/settings.ts';
import { CloudflareService } from '../../sandbox/cloudflare/service.ts';
import { VirtualClock } from '../../sandbox/clock.ts';

const ACCOUNT = '023e105f4ecef8ad9ca31a8372d0c353';
const URL_OF_APPLICATION = 'https://app.example.com/health?deep=1';

export function setUp(settings: Partial<ApplicationSettings> = {}) {
  const clock = new VirtualClock();
  const random = (count: number) => randomBytes(count);
  const cloudflare = new CloudflareService({ clock, random });
  cloudflare.addAccount(ACCOUNT);
  const token = cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name: 'ci' });
  const application = new ProtectedApplication({ clock, random, cloudflare, settings });
  const get = (headers: Record<string, string> = {}, url = URL_OF_APPLICATION) =>
    application.handle(new Request(url, { headers, redirect: 'manual' }));
  const withSecret = (secret: string) => get(pair(token.clientId, secret));
  return { clock, cloudflare, token, application, get, withSecret };
}

export function pair(clientId: string, secret: string): Record<string, string> {
  return { 'CF-Access-Client-Id': clientId, 'CF-Access-Client-Secret': secret };
}

export function accessHeaders({ headers }: Response): string[] {
  return [...headers.keys()].filter((name) => name.startsWith('cf-access-') || name === 'www-authenticate');
}

export function claims(jwt: string | null | undefined): unknown {
  return JSON.parse(Buffer.from(jwt?.split('.')[1] ?? '', 'base64url').toString());
}

export function metaOf(response: Response): unknown {
  return claims(new URL(response.headers.get('location') ?? '').searchParams.get('meta'));
}
