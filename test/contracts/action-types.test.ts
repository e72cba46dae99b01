import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OPERATIONS } from '../../src/model/operation.ts';
import { CLIENT_ID_KINDS } from '../../src/model/target.ts';

interface Type {
  readonly type: string;
  readonly 'allowed-values'?: readonly string[];
  readonly separator?: string;
  readonly 'list-item'?: { readonly type: string };
}
interface Entry {
  readonly description: string;
  readonly default?: string;
}
type Sections<T> = Readonly<Record<'inputs' | 'outputs', Readonly<Record<string, T>>>>;

const read = (name: string): unknown =>
  parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const action = read('action.yml') as Sections<Entry>;
const types = read('action-types.yml') as Sections<Type>;

describe('action-types.yml', () => {
  it.each(['inputs', 'outputs'] as const)(
    'has the %s of action.yml in the same order, and nothing else',
    (section) => {
      expect(Object.keys(types)).toEqual(['inputs', 'outputs']);
      expect(Object.keys(types[section])).toEqual(Object.keys(action[section]));
    },
  );

  it.each([...Object.entries(types.inputs), ...Object.entries(types.outputs)])(
    '%s has a type with the keys that go with it',
    (_name, type) => {
      const keys = { enum: ['type', 'allowed-values'], list: ['type', 'separator', 'list-item'] };
      const more = type.type === 'enum' || type.type === 'list' ? keys[type.type] : ['type'];
      expect(['string', 'boolean', 'integer', 'enum', 'list']).toContain(type.type);
      expect(Object.keys(type)).toEqual(more);
    },
  );

  it('calls exactly the inputs boolean whose default is', () => {
    const booleans = Object.entries(types.inputs).filter(([, { type }]) => type === 'boolean');
    const presets = Object.entries(action.inputs).filter(([, input]) => input.default === 'false');
    expect(booleans.map(([name]) => name)).toEqual(presets.map(([name]) => name));
  });

  it('knows every word of the enumerations', () => {
    expect(types.inputs['operation']?.['allowed-values']).toEqual(OPERATIONS);
    expect(types.inputs['client-id-kind']?.['allowed-values']).toEqual(CLIENT_ID_KINDS);
    const words = [...(action.outputs['status']?.description ?? '').matchAll(/`(\w+)`/g)].map(
      ([, word]) => word,
    );
    expect(types.outputs['status']?.['allowed-values']).toEqual(words);
  });

  it('separates by lines what action.yml reads per line', () => {
    const lists = Object.entries(types.inputs).filter(([, { type }]) => type === 'list');
    expect(lists.map(([name]) => name)).toEqual(['admit-to', 'repository', 'environment', 'targets']);
    for (const [name, { separator }] of lists) {
      expect(separator).toBe('\n');
      expect(action.inputs[name]?.description).toMatch(/per line/);
    }
  });
});
