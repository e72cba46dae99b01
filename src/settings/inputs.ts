import { Problem } from '../model/problem.ts';
import { quote } from './quoting.ts';
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
  'token-name': undefined,
  'token-id': undefined,
  'cloudflare-api-token': undefined,
  'cloudflare-api-key': undefined,
  'cloudflare-email': undefined,
  'cloudflare-account-id': undefined,
  'cloudflare-zone-id': undefined,
  'cloudflare-api-url': undefined,
  duration: undefined,
  'rotate-after': undefined,
  'renew-before': undefined,
  'grace-period': '36h',
  force: 'false',
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
  'verify-url': undefined,
  'verify-timeout': '120s',
  'output-client-secret': 'false',
  'request-timeout': '30s',
  'max-wait': '15m',
  'dry-run': 'false',
} as const satisfies Readonly<Record<string, string | undefined>>;

export type InputName = keyof typeof INPUT_DEFAULTS;
type DefaultedName = { [N in InputName]: (typeof INPUT_DEFAULTS)[N] extends string ? N : never }[InputName];

export const INPUT_NAMES = Object.keys(INPUT_DEFAULTS) as readonly InputName[];

const PREFIX = 'INPUT_';

/** The inputs of one step, and all that was found wrong with them so far. */
export class Inputs {
  readonly #env: Environment;
  readonly #problems: string[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  /** What the workflow gives, without surrounding white space; undefined if that is nothing. */
  given(name: InputName): string | undefined {
    return trimmed(this.#env[variableOf(name)]);
  }

  /** What the workflow gives, else the default of action.yml. */
  value(name: DefaultedName): string {
    return this.given(name) ?? INPUT_DEFAULTS[name];
  }

  /** Whether the workflow gives it with nothing in it. */
  isBlank(name: InputName): boolean {
    return this.#env[variableOf(name)] !== undefined && this.given(name) === undefined;
  }

  /** The lines that hold something, trimmed, with their numbers from 1; none where the input is not given. */
  lines(name: InputName): readonly { number: number; text: string }[] {
    return (this.#env[variableOf(name)] ?? '')
      .split(/\r\n|\n|\r/)
      .map((line, index) => ({ number: index + 1, text: line.trim() }))
      .filter(({ text }) => text !== '');
  }

  /** An environment variable that an input defaults to; undefined if it is empty. */
  variable(name: string): string | undefined {
    return trimmed(this.#env[name]);
  }

  /** Notes a problem: `accepts` says what would be right. `got` must not hold a credential. */
  refuse(where: string, got: string, accepts: string): void {
    this.#problems.push(`${where}: got ${got}; accepts ${accepts}.`);
  }

  /** Notes a problem in its own words, which end without a period. */
  complain(where: string, sentence: string): void {
    this.#problems.push(`${where}: ${sentence}.`);
  }

  /** Notes every input that does not exist: the runner only warns, and a misspelt target is another target. */
  refuseUnknown(): void {
    const variables = new Set(INPUT_NAMES.map(variableOf));
    for (const [variable, value] of Object.entries(this.#env)) {
      if (value === undefined || !variable.startsWith(PREFIX) || variables.has(variable)) continue;
      const name = variable.slice(PREFIX.length).toLowerCase();
      const meant = suggestion(name, INPUT_NAMES);
      const hint = meant === undefined ? 'there is no such input.' : `did you mean \`${meant}\`?`;
      this.#problems.push(`${quote(name)}: ${hint}`);
    }
  }

  get hasProblems(): boolean {
    return this.#problems.length > 0;
  }

  /** All problems as one, a line each. */
  problem(): Problem {
    return new Problem(
      'settings',
      this.#problems.join('\n'),
      'Nothing was called: correct the step and run it again.',
    );
  }
}

function variableOf(name: string): string {
  return `${PREFIX}${name.replaceAll(' ', '_').toUpperCase()}`;
}

function trimmed(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text === '' ? undefined : text;
}
