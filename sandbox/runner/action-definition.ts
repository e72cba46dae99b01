import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface ActionInput {
  readonly name: string;
  /** With its expressions unevaluated; empty where action.yml gives none. */
  readonly default: string;
  readonly deprecationMessage: string | undefined;
}

/** What the runner takes from an action.yml of a JavaScript action. */
export interface ActionDefinition {
  readonly name: string;
  readonly inputs: readonly ActionInput[];
  readonly outputs: readonly string[];
  readonly using: string;
  readonly main: string;
  readonly post: string | undefined;
  readonly postIf: string;
}

/** Reads `action.yml` in a folder. */
export async function readActionDefinition(folder: string): Promise<ActionDefinition> {
  const document: unknown = parse(await readFile(join(folder, 'action.yml'), 'utf8'));
  const runs = mapping(mapping(document)['runs']);
  const using = text(runs['using']).toLowerCase();
  if (!/^node\d+$/.test(using)) throw new Error(`runs.using is '${using}', which is no JavaScript action`);
  const main = text(runs['main']);
  if (main === '') throw new Error('runs.main is missing');
  return {
    name: text(mapping(document)['name']),
    inputs: Object.entries(mapping(mapping(document)['inputs'])).map(([name, input]) => ({
      name,
      default: text(mapping(input)['default']),
      deprecationMessage: text(mapping(input)['deprecationMessage']) || undefined,
    })),
    outputs: Object.keys(mapping(mapping(document)['outputs'])),
    using,
    main,
    post: text(runs['post']) || undefined,
    postIf: text(runs['post-if']) || 'always()',
  };
}

/** Evaluates `${{ github.… }}`, the only expressions that defaults are known to hold. */
export function evaluate(template: string, github: Readonly<Record<string, string>>): string {
  return template.replace(/\$\{\{\s*(.*?)\s*\}\}/gs, (_all, expression: string) => {
    const name = /^github\.(\w+)$/.exec(expression)?.[1];
    if (name === undefined) throw new Error(`the sandbox cannot evaluate '${expression}'`);
    return github[name] ?? '';
  });
}

/** The environment variable that has an input: dashes stay, spaces do not. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

function mapping(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
