import { ApiError } from '../reply.ts';
import type { Json } from './records.ts';
import type { AccessSwitches } from './switches.ts';

/** The Zero Trust organization of an account. */
export class Organization {
  readonly #switches: AccessSwitches;
  #fields: Json = {
    name: 'Acme',
    auth_domain: 'acme.cloudflareaccess.com',
    session_duration: '24h',
    is_ui_read_only: false,
    strict_service_token_auth: false,
    service_token_inactivity: { enabled: false, inactivity_threshold_days: 90, action: 'disable' },
  };

  constructor(switches: AccessSwitches) {
    this.#switches = switches;
  }

  /** All of it, whatever the API shows. */
  get fields(): Json {
    return this.#fields;
  }

  get isStrict(): boolean {
    return this.#fields['strict_service_token_auth'] === true;
  }

  /** Replaces the keys that are given. */
  change(fields: Json): void {
    this.#fields = { ...this.#fields, ...fields };
  }

  show(): Json {
    const { strict_service_token_auth, service_token_inactivity, ...older } = this.#fields;
    switch (this.#switches.organization) {
      case 'complete':
        return { ...older, strict_service_token_auth, service_token_inactivity };
      case 'older':
        return older;
      case 'sparse':
        return { name: older['name'] };
      case 'not-found':
        throw new ApiError(404, [{ code: 11019, message: 'access.api.error.organization_not_found' }]);
      case 'not-enabled':
        throw new ApiError(403, [{ code: 9999, message: 'access.api.error.not_enabled' }]);
    }
  }
}
