import { quote } from './complaints.ts';
import { NO_ENVIRONMENT, type Inputs } from './inputs.ts';
import {
  ENVIRONMENT_ACCEPTS,
  REPOSITORY_ACCEPTS,
  isEnvironmentName,
  parseRepository,
  type RepositoryName,
} from './names.ts';
import type { LocatedTarget, TargetDefaults } from './target-keys.ts';

/** The repository that the workflow belongs to; undefined if the runner does not say. */
export function ownRepository(inputs: Inputs): RepositoryName | undefined {
  return parseRepository(inputs.variable('GITHUB_REPOSITORY') ?? '');
}

/** Notes the two inputs if they are given with nothing in them, which would be another target. */
export function refuseBlankPlaces(inputs: Inputs): void {
  if (inputs.isBlank('repository')) inputs.spot('repository').refuse('nothing', REPOSITORY_ACCEPTS);
  if (inputs.isBlank('environment')) {
    const accepts = `names of environments, or \`${NO_ENVIRONMENT}\`; an expression may have come out empty`;
    inputs.spot('environment').refuse('nothing', accepts);
  }
}

/** The targets that `repository` and `environment` give: each environment in each repository. */
export function readPlaces(inputs: Inputs, { names }: TargetDefaults): readonly LocatedTarget[] {
  const environments = readEnvironments(inputs);
  const located = { spot: inputs.spot('repository'), label: '`repository`' };
  return readRepositories(inputs).flatMap((repository): LocatedTarget[] => {
    if (environments.length === 0) {
      return [
        { target: { place: { kind: 'repository', ...repository, app: 'actions' }, ...names }, ...located },
      ];
    }
    return environments.map((environment) => ({
      target: { place: { kind: 'environment', ...repository, environment, app: 'actions' }, ...names },
      ...located,
    }));
  });
}

function readRepositories(inputs: Inputs): readonly RepositoryName[] {
  const given = inputs.lines('repository').map(({ text }) => text);
  const spot = inputs.spot('repository');
  if (given.length === 0 && !inputs.isBlank('repository')) {
    const own = ownRepository(inputs);
    if (own !== undefined) return [own];
    const got = quote(inputs.variable('GITHUB_REPOSITORY') ?? '');
    spot.complain(`not given, and GITHUB_REPOSITORY is ${got}; accepts ${REPOSITORY_ACCEPTS}`);
  }
  return withoutRepeated(inputs, 'repository', given).flatMap((text) => {
    const repository = parseRepository(text);
    if (repository === undefined) spot.refuse(quote(text), REPOSITORY_ACCEPTS);
    return repository ?? [];
  });
}

function readEnvironments(inputs: Inputs): readonly string[] {
  const given = inputs.lines('environment').map(({ text }) => text);
  const spot = inputs.spot('environment');
  const environments = given.filter((name) => name !== NO_ENVIRONMENT);
  if (environments.length > 0 && environments.length < given.length) {
    const got = `\`${NO_ENVIRONMENT}\` beside ${quote(environments[0] ?? '')}`;
    spot.refuse(got, `either names or \`${NO_ENVIRONMENT}\`; \`targets\` takes both`);
  }
  for (const name of environments) {
    if (!isEnvironmentName(name)) spot.refuse(quote(name), ENVIRONMENT_ACCEPTS);
  }
  return withoutRepeated(inputs, 'environment', environments);
}

/** Notes every name that stands there twice; GitHub ignores capitals in both. */
function withoutRepeated(
  inputs: Inputs,
  name: 'repository' | 'environment',
  given: readonly string[],
): readonly string[] {
  const seen = new Set<string>();
  return given.filter((text) => {
    const key = text.toLowerCase();
    const isNew = !seen.has(key);
    if (!isNew) inputs.spot(name).refuse(`${quote(text)} twice`, 'the same place once');
    seen.add(key);
    return isNew;
  });
}
