import type { Part } from '../part.ts';

export const MANIFEST: Part = {
  name: 'manifest',
  isNew: true,
  tests: ['test/settings', 'test/faults/tokens-of-a-run'],
  mutations: [
    [
      'a token may be listed twice',
      'src/settings/manifest/manifest.ts',
      'refuseRepeated(text, entries, names);',
      '',
    ],
    [
      'an entry with an ID alone cannot be selected',
      'src/settings/manifest/manifest.ts',
      'tokenName === undefined ? tokenId === text.toLowerCase() : tokenName === text',
      'tokenName === text',
    ],
    [
      '`defaults` override what an entry says',
      'src/settings/manifest/manifest.ts',
      'values.get(key) ?? defaults.get(key)',
      'defaults.get(key) ?? values.get(key)',
    ],
    [
      '`delete` with a manifest deletes every token of it',
      'src/settings/manifest/manifest.ts',
      "traitsOf(operation).manifest === 'selected'",
      "traitsOf(operation).manifest === 'nothing'",
    ],
    [
      'two tokens may write the client ID to one name',
      'src/settings/collisions.ts',
      'const sameToken = first.token === writer.token;',
      'const sameToken = true;',
    ],
    [
      'two spellings of one repository pass for two places',
      'src/settings/collisions.ts',
      ']).toLowerCase();',
      ']);',
    ],
    [
      'two entries that turn out to be one token are both applied',
      'src/main.ts',
      'refuseTwins(this.#tokens);',
      '',
    ],
    [
      'a token that fails takes the waiting time of all others',
      'src/token-run.ts',
      'if (!this.#options.fleet) this.#options.waitBudget.end();',
      'this.#options.waitBudget.end();',
    ],
    [
      'a token of a fleet is rotated by what was read at the start',
      'src/token-run.ts',
      'if (fleet) this.#decide(await this.#observeAgain(), false);',
      '',
    ],
    [
      'a file that a stranger may have changed is read under `pull_request_target`',
      'src/settings/manifest/load.ts',
      "=== 'pull_request_target'",
      "=== 'never'",
    ],
    [
      'a symbolic link leads out of the workspace',
      'src/settings/manifest/load.ts',
      'if (!isInside(await files.realPath(workspace), real)) {',
      'if (false) {',
    ],
  ],
};
