import { Complaints, Spot, quote, readBoolean, type Value } from './complaints.ts';
import { suggestion } from './suggestions.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** No environment: repository secrets. */
export const NO_ENVIRONMENT = '(none)';

/**
 * Every input of the action with the default that action.yml gives it. An undefined one has no default,
 * or one that depends on the rest: on the operation, on an environment variable, on the token.
 */
export const INPUT_DEFAULTS = {
  operation: 'rotate',
  manifest: undefined,
  'token-name': undefined,
  'token-id': undefined,
  adopt: 'false',
  'cloudflare-api-token': undefined,
  'cloudflare-api-key': undefined,
  'cloudflare-email': undefined,
  'cloudflare-account-id': undefined,
  'cloudflare-zone-id': undefined,
  'cloudflare-api-url': undefined,
  'admit-to': undefined,
  'end-sessions': 'false',
  duration: undefined,
  'rotate-after': undefined,
  'renew-before': undefined,
  'grace-period': '36h',
  force: 'false',
  'leave-pending': 'false',
  'secret-version': undefined,
  'github-token': undefined,
  'github-app-client-id': undefined,
  'github-app-private-key': undefined,
  'github-api-url': undefined,
  /** The runner fills it in; without a runner GITHUB_REPOSITORY says the same. */
  repository: '${{ github.repository }}',
  environment: NO_ENVIRONMENT,
  targets: undefined,
  'create-environment': 'false',
  'client-id-name': 'CF_ACCESS_CLIENT_ID',
  'client-secret-name': 'CF_ACCESS_CLIENT_SECRET',
  'client-id-kind': 'secret',
  'verify-url': undefined,
  'verify-timeout': '120s',
  'client-id': undefined,
  'client-secret': undefined,
  'output-client-secret': 'false',
  'request-timeout': '30s',
  'max-wait': '15m',
  'dry-run': 'false',
} as const satisfies Readonly<Record<string, string | undefined>>;

export type InputName = keyof typeof INPUT_DEFAULTS;
export type DefaultedName = {
  [N in InputName]: (typeof INPUT_DEFAULTS)[N] extends string ? N : never;
}[InputName];

export const INPUT_NAMES = Object.keys(INPUT_DEFAULTS).filter(
  (name): name is InputName => name in INPUT_DEFAULTS,
);

const PREFIX = 'INPUT_';

/** The inputs of one step, and all that was found wrong with them so far. */
export class Inputs {
  readonly complaints: Complaints;
  readonly #env: Environment;

  constructor(env: Environment, complaints = new Complaints()) {
    this.#env = env;
    this.complaints = complaints;
  }

  /** What the workflow gives, without surrounding white space; undefined if that is nothing. */
  given(name: InputName): string | undefined {
    return trimmed(this.#env[variableOf(name)]);
  }

  /** The same as it stands, with its white space. */
  raw(name: InputName): string {
    return this.#env[variableOf(name)] ?? '';
  }

  /** The same with its place. */
  value(name: InputName): Value | undefined {
    const text = this.given(name);
    return text === undefined ? undefined : { text, spot: this.spot(name) };
  }

  /** What the workflow gives, else the default of action.yml. */
  valueOrDefault(name: DefaultedName): Value {
    return this.value(name) ?? { text: INPUT_DEFAULTS[name], spot: this.spot(name) };
  }

  boolean(name: DefaultedName): boolean {
    return readBoolean(this.valueOrDefault(name));
  }

  /** Whether the workflow gives it with nothing in it; the runner also passes a missing one so, unless it has a default. */
  isBlank(name: InputName): boolean {
    return this.#env[variableOf(name)] !== undefined && this.given(name) === undefined;
  }

  /** Whether the workflow gives anything but the default: the runner passes defaults as well. */
  isChosen(name: InputName): boolean {
    const lines = this.lines(name).map(({ text }) => text.toLowerCase());
    if (lines.length === 0) return false;
    const preset = name === 'repository' ? this.variable('GITHUB_REPOSITORY') : INPUT_DEFAULTS[name];
    return lines.length > 1 || lines[0] !== preset?.toLowerCase();
  }

  /** The lines that hold something, trimmed, with their numbers from 1; none if the input is not given. */
  lines(name: InputName): readonly { number: number; text: string }[] {
    return linesOf(this.#env[variableOf(name)] ?? '');
  }

  /** An environment variable that an input defaults to; undefined if it is empty. */
  variable(name: string): string | undefined {
    return trimmed(this.#env[name]);
  }

  /** Whether an environment variable is set with nothing in it. */
  isVariableBlank(name: string): boolean {
    return this.#env[name] !== undefined && this.variable(name) === undefined;
  }

  /** Where a problem with this input is noted; `more` says where its value came from. */
  spot(name: InputName, more = ''): Spot {
    return new Spot(this.complaints, `${name}${more}`);
  }

  /** Notes every input that does not exist: the runner only warns, and a misspelt target is another target. */
  refuseUnknown(): void {
    const variables = new Set(INPUT_NAMES.map(variableOf));
    for (const [variable, value] of Object.entries(this.#env)) {
      if (value === undefined || !variable.startsWith(PREFIX) || variables.has(variable)) continue;
      const name = variable.slice(PREFIX.length).toLowerCase();
      const meant = suggestion(name, INPUT_NAMES);
      const hint = meant === undefined ? 'there is no such input.' : `did you mean \`${meant}\`?`;
      this.complaints.note(quote(name), hint);
    }
  }
}

/** The lines of a text that hold something, trimmed, with their numbers from 1. */
export function linesOf(text: string): readonly { number: number; text: string }[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '');
}

function variableOf(name: string): string {
  return `${PREFIX}${name.replaceAll(' ', '_').toUpperCase()}`;
}

function trimmed(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text === '' ? undefined : text;
}
