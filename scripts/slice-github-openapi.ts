// Makes test/contracts/github-openapi.json: GitHub's OpenAPI document cut down to what the sandbox serves.
// The document is taken from its npm package, which is too large to be a dependency, in a temporary folder.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAMILIES, VARIABLE_FAMILIES, type Family } from '../sandbox/github/places.ts';

const SOURCE = '@octokit/openapi';
const VERSION = '23.0.2';
const TARGET = join(import.meta.dirname, '../test/contracts/github-openapi.json');

/** Methods by path of one family, which is served whole. */
function servedOf({ base, kind, app, stores }: Family): Readonly<Record<string, readonly string[]>> {
  const secrets = stores === 'secrets';
  const named = `${base}/${secrets ? '{secret_name}' : '{name}'}`;
  const shownToRepositories = kind === 'repository' && (app === 'actions' || app === 'agents');
  return {
    [base]: secrets ? ['get'] : ['get', 'post'],
    ...(secrets ? { [`${base}/public-key`]: ['get'] } : {}),
    [named]: ['get', secrets ? 'put' : 'patch', 'delete'],
    ...(kind === 'organization'
      ? {
          [`${named}/repositories`]: ['get', 'put'],
          [`${named}/repositories/{repository_id}`]: ['put', 'delete'],
        }
      : {}),
    ...(shownToRepositories ? { [`/repos/{owner}/{repo}/${app}/organization-${stores}`]: ['get'] } : {}),
  };
}

const SERVED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [...FAMILIES, ...VARIABLE_FAMILIES].flatMap((family) => Object.entries(servedOf(family))),
  ),
  '/repos/{owner}/{repo}': ['get'],
  '/orgs/{org}': ['get'],
  '/repos/{owner}/{repo}/environments/{environment_name}': ['get', 'put', 'delete'],
  '/app': ['get'],
  '/app/installations': ['get'],
  '/app/installations/{installation_id}/access_tokens': ['post'],
  '/installation/token': ['delete'],
  '/repos/{owner}/{repo}/installation': ['get'],
  '/orgs/{org}/installation': ['get'],
  '/users/{username}/installation': ['get'],
  '/users/{username}': ['get'],
  '/rate_limit': ['get'],
};

type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

const NOISE = new Set([
  'description',
  'summary',
  'example',
  'examples',
  'externalDocs',
  'tags',
  'title',
  'default',
]);
/** Members whose own members are names that someone chose, and no keywords. */
const NAMED = new Set([
  'properties',
  'schemas',
  'parameters',
  'responses',
  'headers',
  'paths',
  'patternProperties',
]);

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? value[name] : undefined;
}

/** Without what describes rather than constrains, members sorted by name. */
function stripped(value: Json, named = false): Json {
  if (Array.isArray(value)) return value.map((item: Json) => stripped(item));
  if (!isObject(value)) return value;
  const kept = Object.entries(value)
    .filter(([name]) => named || !(NOISE.has(name) || name.startsWith('x-')))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, stripped(inner, !named && NAMED.has(name))] as const);
  return Object.fromEntries(kept);
}

/**
 * The package has a copy of the installation's schema in the list of installations, whose account must be a
 * user and an enterprise at once; the list is of installations as they are told of one by one.
 * Clients send `can_admins_bypass` with an environment, which github.com takes and the package does not have.
 */
function corrected(path: string, method: string, operation: Json): Json {
  if (!isObject(operation)) return operation;
  if (path === '/app/installations') {
    const schema = { type: 'array', items: { $ref: '#/components/schemas/installation' } };
    return { ...operation, responses: { '200': { content: { 'application/json': { schema } } } } };
  }
  if (path.endsWith('/environments/{environment_name}') && method === 'put') {
    const content = member(operation['requestBody'], 'content');
    const schema = member(member(content, 'application/json'), 'schema');
    if (!isObject(schema) || !isObject(schema['properties'])) throw new Error(`no schema for ${path}`);
    const properties = { ...schema['properties'], can_admins_bypass: { type: 'boolean' } };
    const body = { content: { 'application/json': { schema: { ...schema, properties } } } };
    return { ...operation, requestBody: { required: false, ...body } };
  }
  return operation;
}

function pathsOf(document: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(SERVED).map(([path, methods]) => {
      const item = member(document['paths'], path);
      const operations = methods.map((method) => {
        const operation = member(item, method);
        if (operation === undefined) throw new Error(`${SOURCE} has no ${method} ${path}`);
        return [method, corrected(path, method, operation)] as const;
      });
      return [path, Object.fromEntries(operations)];
    }),
  );
}

/** Adds every component that is referred to from a value, directly or not. */
function collect(value: Json, components: Json | undefined, found: Map<string, Json>): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) collect(item, components, found);
    return;
  }
  if (!isObject(value)) return;
  const reference = typeof value['$ref'] === 'string' ? value['$ref'] : '';
  const [, kind = '', name = ''] = /^#\/components\/([^/]+)\/(.+)$/.exec(reference) ?? [];
  if (kind !== '' && !found.has(`${kind}/${name}`)) {
    const component = member(member(components, kind), name);
    if (component === undefined) throw new Error(`${SOURCE} has no component ${kind}/${name}`);
    const kept = stripped(component);
    found.set(`${kind}/${name}`, kept);
    collect(kept, components, found);
  }
  for (const inner of Object.values(value)) collect(inner, components, found);
}

function slice(document: JsonObject): Json {
  const paths = stripped(pathsOf(document), true);
  const found = new Map<string, Json>();
  collect(paths, document['components'], found);
  const components: Record<string, Record<string, Json>> = {};
  for (const [key, component] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [kind = '', name = ''] = key.split('/');
    (components[kind] ??= {})[name] = component;
  }
  return {
    openapi: document['openapi'] ?? '3.0.3',
    info: { title: `${SOURCE} ${VERSION}, generated/api.github.com.json, cut down`, version: VERSION },
    paths,
    components,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'github-openapi-'));
try {
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  execFileSync('npm', ['install', ...options, `${SOURCE}@${VERSION}`], { stdio: 'inherit' });
  const source = join(folder, 'node_modules', SOURCE, 'generated/api.github.com.json');
  const text = JSON.stringify(slice(JSON.parse(readFileSync(source, 'utf8')) as JsonObject), null, 1);
  writeFileSync(TARGET, `${text}\n`);
  console.log(`${TARGET}: ${Math.round(text.length / 1000)} kB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
