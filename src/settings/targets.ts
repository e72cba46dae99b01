import { APPS, VISIBILITIES, type App, type Target, type Visibility } from '../model/target.ts';
import { NO_ENVIRONMENT, type Inputs } from './inputs.ts';
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
import { parsePairs } from './pairs.ts';
import { quote } from './quoting.ts';
import { didYouMean } from './suggestions.ts';
import { listOf } from './values.ts';

const KEYS = [
  'repository',
  'environment',
  'organization',
  'app',
  'visibility',
  'repositories',
  'client-id-name',
  'client-secret-name',
] as const;
type Key = (typeof KEYS)[number];

/** What the lines leave out. */
export interface TargetDefaults {
  readonly names: SecretNames;
  /** The workflow's own repository; undefined where there is none at the GitHub that is called. */
  readonly repository: RepositoryName | undefined;
}

/** One line, while it is read. */
interface Line {
  /** How the line is called in a problem. */
  readonly where: string;
  readonly values: ReadonlyMap<Key, string>;
}

/** The targets that the lines of `targets` give, one for each app of a line. */
export function readTargetLines(inputs: Inputs, defaults: TargetDefaults): readonly Target[] {
  const seen = new Map<string, string>();
  const lines = inputs.lines('targets').filter(({ text }) => !text.startsWith('#'));
  if (lines.length === 0) inputs.complain('targets', 'holds comments alone; accepts at least one target');
  return lines.flatMap(({ number, text }) => {
    const where = `targets, line ${number}`;
    const targets = readTargetLine(inputs, where, text, defaults);
    for (const target of targets) {
      const place = placeKey(target);
      const first = seen.get(place);
      if (first !== undefined) inputs.complain(where, `names the same place as ${first}`);
      else seen.set(place, `line ${number}`);
    }
    return targets;
  });
}

function readTargetLine(
  inputs: Inputs,
  where: string,
  text: string,
  defaults: TargetDefaults,
): readonly Target[] {
  const line = readKeys(inputs, where, text);
  if (line === undefined) return [];
  const names = readNames(inputs, line, defaults.names);
  const apps = readApps(inputs, line);
  const place = line.values.has('organization')
    ? readOrganization(inputs, line)
    : readRepository(inputs, line, apps, defaults.repository);
  return place === undefined
    ? []
    : apps.map((app) => ({ place: place(app), ...names, clientIdKind: 'secret' }));
}

type PlaceOfApp = (app: App) => Target['place'];

function readKeys(inputs: Inputs, where: string, text: string): Line | undefined {
  const parsed = parsePairs(text);
  if (!parsed.ok) {
    inputs.complain(where, parsed.sentence);
    return undefined;
  }
  const values = new Map<Key, string>();
  let right = true;
  for (const [name, value] of parsed.pairs) {
    const key = KEYS.find((known) => known === name);
    if (key === undefined || values.has(key)) {
      if (key !== undefined) inputs.complain(where, `the key \`${key}\` stands there twice`);
      else inputs.refuse(where, `the key ${quote(name)}${didYouMean(name, KEYS)}`, listOf(KEYS));
      right = false;
    } else {
      values.set(key, value);
    }
  }
  return right ? { where, values } : undefined;
}

function readNames(inputs: Inputs, { where, values }: Line, defaults: SecretNames): SecretNames {
  const nameOf = (key: 'client-id-name' | 'client-secret-name', otherwise: string): string => {
    const name = values.get(key);
    return name === undefined ? otherwise : readSecretName(inputs, `${where}, ${key}`, name);
  };
  const names = {
    clientIdName: nameOf('client-id-name', defaults.clientIdName),
    clientSecretName: nameOf('client-secret-name', defaults.clientSecretName),
  };
  if (values.has('client-id-name') || values.has('client-secret-name'))
    refuseEqualNames(inputs, where, names);
  return names;
}

function readApps(inputs: Inputs, { where, values }: Line): readonly App[] {
  return (values.get('app') ?? 'actions').split(/\s+/).flatMap((word) => {
    const app = APPS.find((known) => known === word);
    if (app === undefined) inputs.refuse(`${where}, app`, quote(word), listOf(APPS));
    return app ?? [];
  });
}

function readRepository(
  inputs: Inputs,
  { where, values }: Line,
  apps: readonly App[],
  own: RepositoryName | undefined,
): PlaceOfApp | undefined {
  for (const key of ['visibility', 'repositories'] as const) {
    if (values.has(key)) inputs.complain(where, `\`${key}\` goes with \`organization\` alone`);
  }
  const given = values.get('repository');
  const repository = given === undefined ? own : parseRepository(given);
  if (repository === undefined) {
    if (given !== undefined) inputs.refuse(`${where}, repository`, quote(given), REPOSITORY_ACCEPTS);
    else
      inputs.complain(
        where,
        "needs `repository` or `organization`, since the workflow's own repository is not known there",
      );
    return undefined;
  }
  const environment = values.get('environment');
  if (environment === undefined || environment === NO_ENVIRONMENT) {
    return (app) => ({ kind: 'repository', ...repository, app });
  }
  if (!isEnvironmentName(environment)) {
    inputs.refuse(`${where}, environment`, quote(environment), ENVIRONMENT_ACCEPTS);
  }
  const other = apps.find((app) => app !== 'actions');
  if (other !== undefined) {
    inputs.complain(
      where,
      `\`environment\` does not go with \`app=${other}\`: environments have secrets of \`actions\` alone`,
    );
    return undefined;
  }
  return () => ({ kind: 'environment', ...repository, environment, app: 'actions' });
}

function readOrganization(inputs: Inputs, { where, values }: Line): PlaceOfApp {
  const organization = values.get('organization') ?? '';
  if (!isOwner(organization)) {
    inputs.refuse(
      `${where}, organization`,
      quote(organization),
      'the name of an organization as GitHub spells it',
    );
  }
  for (const key of ['repository', 'environment'] as const) {
    if (values.has(key)) inputs.complain(where, `\`${key}\` does not go with \`organization\``);
  }
  const repositories = readOrganizationRepositories(inputs, where, organization, values.get('repositories'));
  const visibility = readVisibility(inputs, where, values.get('visibility'));
  if (repositories !== undefined && visibility !== undefined && visibility !== 'selected') {
    inputs.complain(
      where,
      `\`repositories\` goes with \`visibility=selected\`, not with \`visibility=${visibility}\``,
    );
  }
  const narrowed = repositories === undefined ? visibility : 'selected';
  return (app) => ({ kind: 'organization', organization, app, visibility: narrowed, repositories });
}

function readVisibility(inputs: Inputs, where: string, text: string | undefined): Visibility | undefined {
  const visibility = VISIBILITIES.find((known) => known === text);
  if (text !== undefined && visibility === undefined) {
    inputs.refuse(`${where}, visibility`, quote(text), listOf(VISIBILITIES));
  }
  return visibility;
}

/** Names without their owner, each once. */
function readOrganizationRepositories(
  inputs: Inputs,
  where: string,
  organization: string,
  text: string | undefined,
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const repositories = new Map<string, string>();
  for (const word of text.split(/\s+/)) {
    const { owner, repository } = parseRepository(word) ?? { owner: organization, repository: word };
    if (!isRepositoryName(repository) || owner.toLowerCase() !== organization.toLowerCase()) {
      const accepts = `names of repositories of ${quote(organization)}, separated by spaces`;
      inputs.refuse(`${where}, repositories`, quote(word), accepts);
    }
    repositories.set(repository.toLowerCase(), repository);
  }
  return [...repositories.values()];
}

/** Equal for equal places: GitHub knows no difference between capitals and small letters in these names. */
function placeKey({ place }: Target): string {
  const parts =
    place.kind === 'organization'
      ? [place.organization]
      : [place.owner, place.repository, ...(place.kind === 'environment' ? [place.environment] : [])];
  return JSON.stringify([place.kind, place.app, ...parts]).toLowerCase();
}
