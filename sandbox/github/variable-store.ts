import type { SecretPlace } from './places.ts';
import { Refusal } from './reply.ts';
import type { Sharing } from './sharing.ts';
import type { SecretScope, Variable } from './state.ts';
import type { Switches } from './switches.ts';

/** Refuses names that GitHub refuses. The second text is that for secrets, with another noun. */
export function demandVariableName(name: string): void {
  if (/^github_/i.test(name)) throw new Refusal(422, 'Variable names must not start with GITHUB_.');
  if (!/^[a-z_][a-z0-9_]*$/i.test(name)) {
    throw new Refusal(
      422,
      'Variable names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).',
    );
  }
}

/** The text is not GitHub's own, which is not documented. */
export function demandVariableSize(value: string, maximum: number): void {
  if (Buffer.byteLength(value) > maximum) throw new Refusal(422, 'Value is too large.');
}

/** @throws Refusal 409 if the name is taken, 422 if the place is full (in words of the sandbox's own) */
export function createVariable(
  scope: SecretScope,
  kind: SecretPlace['kind'],
  switches: Switches,
  now: number,
  { name, value, sharing }: { name: string; value: string; sharing: Sharing | undefined },
): Variable {
  demandFree(scope, name);
  const maximum = switches.maximumVariables[kind];
  if (scope.variables.size >= maximum) {
    throw new Refusal(422, `The maximum number of variables (${maximum}) has been reached.`);
  }
  const variable = { name: spelled(name, switches), value, createdAt: now, updatedAt: now, ...sharing };
  scope.variables.set(name.toUpperCase(), variable);
  return variable;
}

/** Changes what is given; a name renames. @throws Refusal 409 if another variable has that name */
export function updateVariable(
  scope: SecretScope,
  switches: Switches,
  now: number,
  known: Variable,
  changes: { readonly name?: string; readonly value?: string; readonly sharing: Sharing | undefined },
): Variable {
  const { name, value = known.value, sharing } = changes;
  const renamed = name !== undefined && name.toUpperCase() !== known.name.toUpperCase();
  if (renamed) demandFree(scope, name);
  const variable: Variable = {
    ...known,
    name: renamed ? spelled(name, switches) : known.name,
    value,
    updatedAt: now,
    ...sharing,
  };
  scope.variables.delete(known.name.toUpperCase());
  scope.variables.set(variable.name.toUpperCase(), variable);
  return variable;
}

function demandFree(scope: SecretScope, name: string): void {
  if (scope.variables.has(name.toUpperCase())) {
    throw new Refusal(409, 'Already exists - Variable already exists');
  }
}

function spelled(name: string, { variableNamesKeepCase }: Switches): string {
  return variableNamesKeepCase ? name : name.toUpperCase();
}
