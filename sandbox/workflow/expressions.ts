import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** Contexts by name: plain values, lists and objects. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How the job stands when a condition is looked at. */
export type JobStatus = 'success' | 'failure' | 'cancelled' | 'skipped';

type Value = data.ExpressionData;

/** GitHub takes an unknown key for empty; here it is a mistake, since a misspelt one would go unseen. */
class KnownKeys extends data.Dictionary {
  override get(key: string): Value {
    const value = super.get(key);
    if (value !== undefined) return value;
    const known = this.pairs().map((pair) => pair.key);
    throw new Error(`no '${key}' among ${known.join(', ')}`);
  }
}

const STATUS_FUNCTIONS = ['always', 'success', 'failure', 'cancelled'] as const;
const CALLS_STATUS_FUNCTION = new RegExp(`\\b(?:${STATUS_FUNCTIONS.join('|')})\\s*\\(`);

/** Replaces each `${{ }}` by its value, as text. */
export function fill(template: string, contexts: Contexts): string {
  return template.replace(/\$\{\{(.*?)\}\}/gs, (_all, expression: string) =>
    evaluate(expression, contexts, undefined).coerceString(),
  );
}

/** Whether a job or step with this `if` runs; one that does not ask how the job stands runs only after success. */
export function holds(condition: string | undefined, contexts: Contexts, status: JobStatus): boolean {
  const expression = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition ?? '')?.[1] ?? condition ?? 'success()';
  if (status !== 'success' && !CALLS_STATUS_FUNCTION.test(expression)) return false;
  const value = evaluate(expression, contexts, status);
  return !['', 'false', '0'].includes(value.coerceString());
}

/** Functions of how the job stands are there only where a status is given. */
function evaluate(expression: string, contexts: Contexts, status: JobStatus | undefined): Value {
  const names = status === undefined ? [] : STATUS_FUNCTIONS;
  const functions = names.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(name === 'always' || name === status),
  }));
  try {
    const { tokens } = new Lexer(expression.trim()).lex();
    const parsed = new Parser(tokens, Object.keys(contexts), functions).parse();
    const known = dictionaryOf(contexts);
    return new Evaluator(parsed, known, new Map(functions.map((one) => [one.name, one]))).evaluate();
  } catch (error) {
    throw new Error(`the sandbox cannot evaluate '${expression.trim()}': ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function dictionaryOf(values: object): KnownKeys {
  return new KnownKeys(...Object.entries(values).map(([key, value]) => ({ key, value: dataOf(value) })));
}

function dataOf(value: unknown): Value {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(dataOf));
  return dictionaryOf(value);
}
