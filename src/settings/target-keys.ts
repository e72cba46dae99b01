import {
  APPS,
  CLIENT_ID_KINDS,
  VISIBILITIES,
  type App,
  type Target,
  type Visibility,
} from '../model/target.ts';
import { quote, readOneOf, type Spot, type Value } from './complaints.ts';
import { NO_ENVIRONMENT } from './inputs.ts';
import {
  ENVIRONMENT_ACCEPTS,
  REPOSITORY_ACCEPTS,
  isEnvironmentName,
  isOwner,
  isRepositoryName,
  parseRepository,
  readSecretName,
  refuseEqualNames,
  type RepositoryName,
  type SecretNames,
} from './names.ts';

/**
 * The keys of a target with what they take: `one` text; `many`, of which a line takes one and the manifest a list;
 * `words`, which a line separates by spaces.
 */
export const TARGET_KEYS = {
  repository: 'many',
  environment: 'many',
  organization: 'one',
  app: 'words',
  visibility: 'one',
  repositories: 'words',
  'client-id-name': 'one',
  'client-secret-name': 'one',
  'client-id-kind': 'one',
} as const;
export type TargetKey = keyof typeof TARGET_KEYS;
export const TARGET_KEY_NAMES = Object.keys(TARGET_KEYS).filter(
  (key): key is TargetKey => key in TARGET_KEYS,
);

/** What was written of one target; no key has an empty list. */
export interface WrittenTarget {
  readonly values: ReadonlyMap<TargetKey, readonly Value[]>;
  readonly spot: Spot;
  /** How a problem of another target refers to this one, such as `line 1`. */
  readonly label: string;
}

/** What a target leaves out. */
export interface TargetDefaults {
  readonly names: SecretNames;
  /** The workflow's own repository; undefined if there is none at the GitHub that is called. */
  readonly repository: RepositoryName | undefined;
}

/** A target with the place where it was written. */
export interface LocatedTarget {
  readonly target: Target;
  readonly spot: Spot;
  readonly label: string;
}

/** The targets that one line or object gives: each environment in each repository, for each app. */
export function readTarget(written: WrittenTarget, defaults: TargetDefaults): readonly LocatedTarget[] {
  const { values, spot, label } = written;
  const apps = (values.get('app') ?? []).flatMap((value) => readOneOf(value, APPS) ?? []);
  const appsOrDefault: readonly App[] = values.has('app') ? apps : ['actions'];
  const names = readNames(written, appsOrDefault, defaults.names);
  const places = values.has('organization')
    ? readOrganization(written, appsOrDefault)
    : readRepositories(written, appsOrDefault, defaults.repository);
  return places.map((place) => ({ target: { place, ...names }, spot, label }));
}

function readNames(
  { values, spot }: WrittenTarget,
  apps: readonly App[],
  defaults: SecretNames,
): SecretNames {
  const nameOf = (key: 'client-id-name' | 'client-secret-name'): string | undefined => {
    const [value] = values.get(key) ?? [];
    return value === undefined ? undefined : readSecretName(value);
  };
  const [kind] = values.get('client-id-kind') ?? [];
  const names: SecretNames = {
    clientIdName: nameOf('client-id-name') ?? defaults.clientIdName,
    clientSecretName: nameOf('client-secret-name') ?? defaults.clientSecretName,
    clientIdKind: (kind && readOneOf(kind, CLIENT_ID_KINDS)) ?? defaults.clientIdKind,
  };
  // Defaults that do not go together were noted where they stand.
  const isDefault =
    names.clientIdName === defaults.clientIdName &&
    names.clientSecretName === defaults.clientSecretName &&
    names.clientIdKind === defaults.clientIdKind;
  if (!isDefault) refuseEqualNames(spot, names);
  const without = apps.find((app) => app === 'dependabot' || app === 'codespaces');
  if (names.clientIdKind === 'variable' && without !== undefined) {
    (kind?.spot ?? spot).complain(
      `a client ID of kind \`variable\` does not go with the app \`${without}\`, which has no variables; ` +
        'accepts `actions`, `agents`, or the kind `secret`',
    );
  }
  return names;
}

function readRepositories(
  { values, spot }: WrittenTarget,
  apps: readonly App[],
  own: RepositoryName | undefined,
): readonly Target['place'][] {
  for (const key of ['visibility', 'repositories'] as const) {
    if (values.has(key)) spot.complain(`\`${key}\` goes with \`organization\` alone`);
  }
  const given = values.get('repository');
  if (given === undefined && own === undefined) {
    spot.complain(
      "needs `repository` or `organization`, because the workflow's own repository is not known there",
    );
  }
  const repositories =
    given?.flatMap((value) => {
      const repository = parseRepository(value.text);
      if (repository === undefined) value.spot.refuse(quote(value.text), REPOSITORY_ACCEPTS);
      return repository ?? [];
    }) ?? (own === undefined ? [] : [own]);
  const environments = values.get('environment') ?? [];
  const other = apps.find((app) => app !== 'actions');
  if (environments.some(({ text }) => text !== NO_ENVIRONMENT) && other !== undefined) {
    spot.complain(
      `\`environment\` does not go with the app \`${other}\`: environments have secrets of \`actions\` alone`,
    );
    return [];
  }
  for (const { text, spot: at } of environments) {
    if (!isEnvironmentName(text)) at.refuse(quote(text), ENVIRONMENT_ACCEPTS);
  }
  const within = environments.length === 0 ? [NO_ENVIRONMENT] : environments.map(({ text }) => text);
  return repositories.flatMap((repository) =>
    within.flatMap((environment): readonly Target['place'][] =>
      environment === NO_ENVIRONMENT
        ? apps.map((app) => ({ kind: 'repository', ...repository, app }))
        : [{ kind: 'environment', ...repository, environment, app: 'actions' }],
    ),
  );
}

function readOrganization({ values, spot }: WrittenTarget, apps: readonly App[]): readonly Target['place'][] {
  const [name] = values.get('organization') ?? [];
  const organization = name?.text ?? '';
  if (!isOwner(organization)) {
    name?.spot.refuse(quote(organization), 'the name of an organization as GitHub spells it');
  }
  for (const key of ['repository', 'environment'] as const) {
    if (values.has(key)) spot.complain(`\`${key}\` does not go with \`organization\``);
  }
  const repositories = readSelection(organization, values.get('repositories'));
  const [given] = values.get('visibility') ?? [];
  const visibility: Visibility | undefined = given && readOneOf(given, VISIBILITIES);
  if (repositories !== undefined && visibility !== undefined && visibility !== 'selected') {
    spot.complain(
      `\`repositories\` goes with the visibility \`selected\`, not with the visibility \`${visibility}\``,
    );
  }
  const narrowed = repositories === undefined ? visibility : 'selected';
  return apps.map((app) => ({ kind: 'organization', organization, app, visibility: narrowed, repositories }));
}

/** Names of repositories without their owner, each once. */
function readSelection(
  organization: string,
  values: readonly Value[] | undefined,
): readonly string[] | undefined {
  if (values === undefined) return undefined;
  const repositories = new Map<string, string>();
  for (const { text, spot } of values) {
    const { owner, repository } = parseRepository(text) ?? { owner: organization, repository: text };
    if (!isRepositoryName(repository) || owner.toLowerCase() !== organization.toLowerCase()) {
      spot.refuse(quote(text), `names of repositories of ${quote(organization)}, separated by spaces`);
    }
    repositories.set(repository.toLowerCase(), repository);
  }
  return [...repositories.values()];
}
