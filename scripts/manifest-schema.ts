/**
 * Writes docs/manifest.schema.json, with which editors complete and check a manifest, from the tables that the reader
 * of the manifest follows and the descriptions in action.yml. With --check it changes nothing, and fails if the file
 * differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { APPS, CLIENT_ID_KINDS, VISIBILITIES } from '../src/model/target.ts';
import {
  DEFAULT_KEY_NAMES,
  ENTRY_KEYS,
  ENTRY_KEY_NAMES,
  TOP_KEYS,
  type EntryKey,
} from '../src/settings/manifest/keys.ts';
import { TARGET_KEY_NAMES, type TargetKey } from '../src/settings/target-keys.ts';

const ROOT = join(import.meta.dirname, '..');
const PATH = join(ROOT, 'docs', 'manifest.schema.json');

type Schema = Readonly<Record<string, unknown>>;

const DURATION = String.raw`\+?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d))+)`;
const duration = (...words: readonly string[]): Schema => ({
  type: 'string',
  pattern: `^(?:${[...words, DURATION].join('|')})$`,
});
const TEXT: Schema = { type: 'string', pattern: String.raw`\S` };
const NAME: Schema = {
  type: 'string',
  pattern: '^(?![Gg][Ii][Tt][Hh][Uu][Bb]_)[A-Za-z_][A-Za-z0-9_]*$',
};
const REPOSITORY: Schema = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,39}/[A-Za-z0-9._-]{1,100}$' };
const KIND: Schema = { enum: CLIENT_ID_KINDS };

const oneOrMany = (item: Schema): Schema => ({ anyOf: [item, { type: 'array', items: item, minItems: 1 }] });
const words = (...known: readonly string[]): Schema => ({
  type: 'string',
  pattern: String.raw`^\s*(?:${known.join('|')})(?:\s+(?:${known.join('|')}))*\s*$`,
});

/** What each key of a target takes, and a sentence for the editor. */
const TARGET_SCHEMAS: Readonly<Record<TargetKey, Schema>> = {
  repository: {
    description: "One or more repositories, `owner/name`. If not given, the workflow's own.",
    ...oneOrMany(REPOSITORY),
  },
  environment: {
    description: 'One or more environments, in each repository; `(none)` for the repository itself.',
    ...oneOrMany({ ...TEXT, maxLength: 255 }),
  },
  organization: {
    description: 'An organization, instead of repositories.',
    type: 'string',
    pattern: '^[A-Za-z0-9_-]{1,39}$',
  },
  app: {
    description: 'The GitHub features whose secrets are written. If not given, `actions`.',
    anyOf: [words(...APPS), { type: 'array', items: { enum: APPS }, minItems: 1 }],
  },
  visibility: {
    description: 'Which repositories of the organization may use the secrets.',
    enum: VISIBILITIES,
  },
  repositories: {
    description: 'Names of the repositories that may use the secrets, with the visibility `selected`.',
    anyOf: [
      words('[A-Za-z0-9._/-]+'),
      { type: 'array', items: { type: 'string', pattern: '^[A-Za-z0-9._/-]+$' }, minItems: 1 },
    ],
  },
  'client-id-name': { description: 'Name of the secret or variable that holds the client ID.', ...NAME },
  'client-secret-name': { description: 'Name of the secret that holds the client secret.', ...NAME },
  'client-id-kind': { description: 'What the client ID is stored as.', ...KIND },
};

/** What goes together in one target. */
const TARGET_RULES: readonly Schema[] = [
  {
    if: { required: ['organization'] },
    then: { properties: { repository: false, environment: false } },
    else: { properties: { visibility: false, repositories: false } },
  },
  {
    if: { required: ['repositories', 'visibility'] },
    then: { properties: { visibility: { const: 'selected' } } },
  },
  {
    if: {
      required: ['environment'],
      properties: { environment: { not: { enum: ['(none)', ['(none)']] } } },
    },
    then: { properties: { app: { enum: ['actions', ['actions']] } } },
  },
  {
    if: { required: ['client-id-kind'], properties: { 'client-id-kind': { const: 'variable' } } },
    then: {
      properties: {
        app: {
          not: {
            anyOf: [
              { type: 'string', pattern: 'dependabot|codespaces' },
              { type: 'array', contains: { enum: ['dependabot', 'codespaces'] } },
            ],
          },
        },
      },
    },
  },
];

const ADMISSION: Schema = {
  type: 'object',
  properties: {
    application: { description: 'Domain (with its path), name or ID of an application.', ...TEXT },
    policy: { description: 'Name or ID of a reusable policy whose action is Service Auth.', ...TEXT },
  },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
};

/** What each key of an entry takes. */
const ENTRY_SCHEMAS: Readonly<Record<EntryKey, Schema>> = {
  name: { ...TEXT, maxLength: 350 },
  id: { type: 'string', pattern: '^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' },
  duration: duration('forever'),
  'rotate-after': duration('never'),
  'renew-before': duration(),
  'grace-period': duration(),
  adopt: { type: 'boolean' },
  'admit-to': { anyOf: [TEXT, { type: 'array', items: ADMISSION, minItems: 1 }] },
  targets: { anyOf: [TEXT, { type: 'array', items: { $ref: '#/definitions/target' }, minItems: 1 }] },
  'create-environment': { type: 'boolean' },
  'client-id-name': NAME,
  'client-secret-name': NAME,
  'client-id-kind': KIND,
  'verify-url': { type: 'string', pattern: String.raw`^\s*[Hh][Tt][Tt][Pp][Ss]?://` },
  'verify-timeout': duration(),
};

/** Sentences for keys whose input says more than is true of an entry. */
const OWN_DESCRIPTIONS: Readonly<Partial<Record<EntryKey, string>>> = {
  name: 'Exact name of the token, at most 350 characters.',
  'admit-to': 'Where Access must admit the token: applications or reusable policies.',
  targets:
    'The places that store the client ID and the client secret: a list, or the lines of the input `targets`. ' +
    "If not given, the workflow's own repository.",
};

/** The JSON Schema (draft 7, which editors know best) of a manifest. */
export function manifestSchema(actionYml: string): Schema {
  const { inputs } = parse(actionYml) as { inputs: Readonly<Record<string, { description: string }>> };
  const properties = (keys: readonly EntryKey[]): Schema =>
    Object.fromEntries(
      keys.map((key) => {
        const description = OWN_DESCRIPTIONS[key] ?? inputs[ENTRY_KEYS[key].input]?.description;
        return [key, { description, ...ENTRY_SCHEMAS[key] }];
      }),
    );
  const [defaults, tokens] = TOP_KEYS;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Manifest of the action "Cloudflare Access service token"',
    type: 'object',
    properties: {
      [defaults]: {
        description: 'What entries leave out.',
        type: 'object',
        properties: properties(DEFAULT_KEY_NAMES),
        additionalProperties: false,
      },
      [tokens]: {
        description: 'An entry for each service token.',
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: properties(ENTRY_KEY_NAMES),
          additionalProperties: false,
          anyOf: [{ required: ['name'] }, { required: ['id'] }],
        },
      },
    },
    required: [tokens],
    additionalProperties: false,
    definitions: {
      target: {
        type: 'object',
        properties: Object.fromEntries(TARGET_KEY_NAMES.map((key) => [key, TARGET_SCHEMAS[key]])),
        additionalProperties: false,
        allOf: TARGET_RULES,
      },
    },
  };
}

/** The whole file, as Prettier writes it. */
export async function manifestSchemaFile(actionYml: string): Promise<string> {
  const options = await resolveConfig(PATH);
  return format(JSON.stringify(manifestSchema(actionYml)), { ...options, parser: 'json' });
}

async function main(): Promise<void> {
  const wanted = await manifestSchemaFile(readFileSync(join(ROOT, 'action.yml'), 'utf8'));
  if (process.argv.includes('--check')) {
    if (wanted === readFileSync(PATH, 'utf8')) return;
    console.error('docs/manifest.schema.json differs. Run: node scripts/manifest-schema.ts');
    process.exitCode = 1;
  } else {
    writeFileSync(PATH, wanted);
  }
}

if (import.meta.main) await main();
