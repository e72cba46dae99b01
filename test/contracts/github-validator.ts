import { registerHooks } from 'node:module';

// The validator imports JSON without an import attribute, which Node refuses and bundlers allow.
registerHooks({
  load: (url, context, nextLoad) =>
    nextLoad(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { validateAction } = await import('@actions/languageservice/validate-action');

let documents = 0;

/** What GitHub's own validator says of the text of an action.yml: a sentence for each mistake. */
export async function complaintsOfGitHub(text: string): Promise<readonly string[]> {
  documents += 1;
  const document = {
    // It caches by address.
    uri: `file:///${documents}/action.yml`,
    languageId: 'yaml',
    version: 1,
    lineCount: text.split('\n').length,
    getText: () => text,
  };
  const found = await validateAction(document as unknown as Parameters<typeof validateAction>[0]);
  return found.map(({ message }) => (typeof message === 'string' ? message : message.value));
}
