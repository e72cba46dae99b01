import type { Target } from '../model/target.ts';
import { NO_ENVIRONMENT, type Inputs } from './inputs.ts';
import {
  ENVIRONMENT_ACCEPTS,
  REPOSITORY_ACCEPTS,
  isEnvironmentName,
  parseRepository,
  type RepositoryName,
  type SecretNames,
} from './names.ts';
import { quote } from './quoting.ts';

/** The repository that the workflow belongs to; undefined where the runner does not say. */
export function ownRepository(inputs: Inputs): RepositoryName | undefined {
  return parseRepository(inputs.variable('GITHUB_REPOSITORY') ?? '');
}

/** Whether `repository` names anything but the workflow's own repository. */
export function namesRepository(inputs: Inputs): boolean {
  const given = inputs.lines('repository').map(({ text }) => text.toLowerCase());
  const own = inputs.variable('GITHUB_REPOSITORY')?.toLowerCase();
  return given.length > 1 || (given[0] !== undefined && given[0] !== own);
}

/** Whether `environment` names one. */
export function namesEnvironment(inputs: Inputs): boolean {
  return inputs.lines('environment').some(({ text }) => text !== NO_ENVIRONMENT);
}

/** Notes the two inputs where they are given with nothing in them, which would be another target. */
export function refuseBlankPlaces(inputs: Inputs): void {
  if (inputs.isBlank('repository')) inputs.refuse('repository', 'nothing', REPOSITORY_ACCEPTS);
  if (inputs.isBlank('environment')) {
    const accepts = `names of environments, or \`${NO_ENVIRONMENT}\`; an expression may have come out empty`;
    inputs.refuse('environment', 'nothing', accepts);
  }
}

/** The targets that `repository` and `environment` give: each environment in each repository. */
export function readPlaces(inputs: Inputs, names: SecretNames): readonly Target[] {
  const environments = readEnvironments(inputs);
  return readRepositories(inputs).flatMap((repository): Target[] => {
    if (environments.length === 0) {
      const place = { kind: 'repository', ...repository, app: 'actions' } as const;
      return [{ place, ...names, clientIdKind: 'secret' }];
    }
    return environments.map((environment) => ({
      place: { kind: 'environment', ...repository, environment, app: 'actions' },
      ...names,
      clientIdKind: 'secret',
    }));
  });
}

function readRepositories(inputs: Inputs): readonly RepositoryName[] {
  const given = inputs.lines('repository').map(({ text }) => text);
  if (given.length === 0 && !inputs.isBlank('repository')) {
    const own = ownRepository(inputs);
    if (own !== undefined) return [own];
    const got = quote(inputs.variable('GITHUB_REPOSITORY') ?? '');
    inputs.complain(
      'repository',
      `not given, and GITHUB_REPOSITORY is ${got}; accepts ${REPOSITORY_ACCEPTS}`,
    );
  }
  refuseRepeated(inputs, 'repository', given);
  return given.flatMap((text) => {
    const repository = parseRepository(text);
    if (repository === undefined) inputs.refuse('repository', quote(text), REPOSITORY_ACCEPTS);
    return repository ?? [];
  });
}

function readEnvironments(inputs: Inputs): readonly string[] {
  const given = inputs.lines('environment').map(({ text }) => text);
  const environments = given.filter((name) => name !== NO_ENVIRONMENT);
  if (environments.length > 0 && environments.length < given.length) {
    const got = `\`${NO_ENVIRONMENT}\` beside ${quote(environments[0] ?? '')}`;
    inputs.refuse('environment', got, `either names or \`${NO_ENVIRONMENT}\`; \`targets\` takes both`);
  }
  refuseRepeated(inputs, 'environment', environments);
  for (const name of environments) {
    if (!isEnvironmentName(name)) inputs.refuse('environment', quote(name), ENVIRONMENT_ACCEPTS);
  }
  return environments;
}

/** GitHub knows no difference between capitals and small letters in either name. */
function refuseRepeated(inputs: Inputs, name: 'repository' | 'environment', given: readonly string[]): void {
  const seen = new Set<string>();
  for (const text of given) {
    const key = text.toLowerCase();
    if (seen.has(key)) inputs.refuse(name, `${quote(text)} twice`, 'the same place once');
    seen.add(key);
  }
}
