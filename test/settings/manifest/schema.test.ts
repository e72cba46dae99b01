import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestSchema, manifestSchemaFile } from '../../../scripts/manifest-schema.ts';
import { INPUT_NAMES } from '../../../src/settings/inputs.ts';
import {
  DEFAULT_KEY_NAMES,
  ENTRY_KEYS,
  ENTRY_KEY_NAMES,
  TOP_KEYS,
} from '../../../src/settings/manifest/keys.ts';
import { TARGET_KEY_NAMES } from '../../../src/settings/target-keys.ts';
import { USES } from '../../../src/settings/uses.ts';
import { BAD_MANIFESTS, GOOD_MANIFESTS } from './cases.ts';

interface Part {
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
}

const textOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const schemaText = textOf('docs/manifest.schema.json');
const schema = JSON.parse(schemaText) as {
  readonly properties: {
    readonly defaults: Part;
    readonly tokens: { readonly items: Part };
  };
  readonly definitions: { readonly target: Part };
};
const actionYml = textOf('action.yml');
const action = parse(actionYml) as { inputs: Readonly<Record<string, { description: string }>> };
const ajv = new Ajv({ strict: false, allErrors: true });

describe('docs/manifest.schema.json', () => {
  it('is what the tables and action.yml give', async () => {
    expect(await manifestSchemaFile(actionYml)).toBe(schemaText);
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  it('would not be after a change in action.yml', () => {
    const changed = actionYml.replace('Life of the token', 'Span of the token');
    expect(manifestSchema(changed)).not.toEqual(schema);
  });

  it('has the keys that the reader knows', () => {
    expect(Object.keys(schema.properties)).toEqual([...TOP_KEYS]);
    expect(Object.keys(schema.properties.tokens.items.properties)).toEqual(ENTRY_KEY_NAMES);
    expect(Object.keys(schema.properties.defaults.properties)).toEqual(DEFAULT_KEY_NAMES);
    expect(Object.keys(schema.definitions.target.properties)).toEqual(TARGET_KEY_NAMES);
  });

  it('describes every key', () => {
    const { defaults, tokens } = schema.properties;
    for (const part of [defaults, tokens.items, schema.definitions.target]) {
      for (const { description } of Object.values(part.properties)) expect(description).toMatch(/\S.*\.$/);
    }
    expect(defaults.properties['duration']?.description).toBe(action.inputs['duration']?.description);
  });
});

describe('the keys of an entry', () => {
  it('are inputs of action.yml', () => {
    for (const key of ENTRY_KEY_NAMES) expect(Object.keys(action.inputs)).toContain(ENTRY_KEYS[key].input);
  });

  it('take the place of every input that describes a token and its targets', () => {
    const inputs = ENTRY_KEY_NAMES.map((key) => ENTRY_KEYS[key].input);
    const beside = INPUT_NAMES.filter((name) => USES[name].besideManifest === 'no');
    // `targets` says what these say; the last two belong to `verify`.
    const others = ['repository', 'environment', 'client-id', 'client-secret'];
    expect(beside.filter((name) => !inputs.includes(name))).toEqual(others);
  });

  it('are all named in the description of targets in action.yml', () => {
    for (const key of TARGET_KEY_NAMES) {
      expect(action.inputs['targets']?.description).toContain(`\`${key}\``);
    }
  });
});

describe('a JSON Schema validator', () => {
  const validate = ajv.compile(schema);

  it.each(Object.entries(GOOD_MANIFESTS))('accepts %s', (_what, text) => {
    validate(parse(text));
    expect(validate.errors).toBe(null);
  });

  it.each(BAD_MANIFESTS.filter(({ beyondSchema }) => beyondSchema === undefined))(
    'refuses $title',
    ({ text }) => {
      expect(validate(parse(text))).toBe(false);
    },
  );

  it.each(BAD_MANIFESTS.filter(({ beyondSchema }) => beyondSchema === 'relation' || beyondSchema === 'form'))(
    'cannot see $title',
    ({ text }) => {
      expect(validate(parse(text))).toBe(true);
    },
  );
});
