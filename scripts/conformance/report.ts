import { ASSUMPTIONS, type AssumptionId } from '../../src/model/assumptions.ts';
import type { Assumption } from '../../src/model/assumptions/assumption.ts';
import type { Observation } from './run.ts';

/** An assumption beside what was seen of it. */
export interface Row {
  readonly id: AssumptionId;
  readonly observed: string;
  /** What the code does in such a world. */
  readonly decides: string;
  /** `no` if the code assumes another answer; `–` if nothing was seen. */
  readonly agrees: 'yes' | 'no' | '–';
}

export function rowsOf(observations: readonly Observation[]): readonly Row[] {
  return observations.map((observation): Row => {
    const assumption = assumptionOf(observation.id);
    const { id } = observation;
    if (observation.kind === 'untried') {
      return { id, observed: observation.because, decides: '–', agrees: '–' };
    }
    const { answer, detail } = observation;
    const agrees = answer === assumption.answers[0] ? 'yes' : 'no';
    const decides = agrees === 'yes' ? 'as assumed' : `${assumption.otherwise} (\`${assumption.fallback}\`)`;
    return {
      id,
      observed: detail === undefined || detail === answer ? answer : `${answer} (${detail})`,
      decides,
      agrees,
    };
  });
}

export function assumptionOf(id: AssumptionId): Assumption {
  const found: Assumption | undefined = ASSUMPTIONS.find((assumption) => assumption.id === id);
  if (found === undefined) throw new TypeError(`there is no assumption ${id}`);
  return found;
}

/**
 * What is not as it was recorded, or as it is assumed if nothing was recorded: a sentence for each.
 * @param recorded the answers of a record, by assumption
 */
export function changesOf(
  observations: readonly Observation[],
  recorded: Readonly<Record<string, string>> = {},
): readonly string[] {
  return observations.flatMap((observation) => {
    if (observation.kind !== 'seen') return [];
    const before = recorded[observation.id] ?? assumptionOf(observation.id).answers[0];
    if (observation.answer === before) return [];
    return [`${observation.id}: it was "${before}", now it is "${observation.answer}".`];
  });
}

/** For a terminal and for a page alike. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ id, observed, decides, agrees }) => [`\`${id}\``, observed, decides, agrees]);
  return [['Assumption', 'Observed', 'Decides', 'Agrees'], ['---', '---', '---', '---'], ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** Whoever reads a pull request that changes the record sees what changed. */
const MARKER = 'Recorded answers: ';

const INTRODUCTION = `# Conformance

<!-- The result is written by \`npm run conformance -- --record\`. -->

The code depends on facts about Cloudflare and GitHub that nobody has proven: [assumptions](assumptions.md) lists them
all. \`npm run conformance\` tries those that can be tried on a real account, with throw-away objects that it removes
again.

    export CONFORMANCE_CLOUDFLARE_API_TOKEN=… # Access: Service Tokens, and Apps and Policies, both Edit
    export CONFORMANCE_ACCOUNT_ID=…
    export CONFORMANCE_GITHUB_TOKEN=… # Secrets, Variables and Administration of one repository, all read and write
    export CONFORMANCE_REPOSITORY=owner/name
    npm run conformance

- Take an account and a repository in which nothing else happens. Every object has a name that begins with
  \`cf-access-conformance-\` or \`CF_ACCESS_CONFORMANCE_\`, and the tokens live for a day.
- Without the GitHub half, or without the Cloudflare half, the other one is tried alone.
- \`CONFORMANCE_APPLICATION_DOMAIN\`, a host name of the account that serves nothing, lets it try policies that belong to
  an application. \`CONFORMANCE_APP_CLIENT_ID\` and \`CONFORMANCE_APP_PRIVATE_KEY\` let it ask for a token of a GitHub App.
- Ctrl-C stops it after everything was removed. If it was killed, the next run on the same machine removes what is left.
  A run on another machine refuses and says which command removes it.
- Exit code 0: as recorded, or as assumed if nothing was recorded. 1: something differs. 2: it could not run, or
  something is left.
- \`.github/workflows/conformance.yml\` runs it every week if its secrets exist, and opens an issue when something differs.
- Point \`CONFORMANCE_CLOUDFLARE_API_URL\` and \`CONFORMANCE_GITHUB_API_URL\` at \`npm run sandbox\` to try it without an account.

## Other people's clients

\`npm run test:interop\` runs programs that know nothing of the sandbox against it: Cloudflare's SDKs for Python and Go,
PyGithub, \`gh\`, and act, which runs the action with its main and post steps as a workflow does. Each is skipped, with the
reason, if its tool is missing. \`INTEROP_PYTHON\` names a Python that has the packages.

## Result
`;

const NOBODY = 'Nobody has run it against a real account yet.\n';

/** The page, with the record if there is one. @param on a date */
export function pageOf(record?: {
  readonly observations: readonly Observation[];
  readonly on: string;
}): string {
  if (record === undefined) return `${INTRODUCTION}\n${NOBODY}`;
  const { observations, on } = record;
  const answers = observations.flatMap((one) => (one.kind === 'seen' ? [[one.id, one.answer]] : []));
  const table = `<!-- prettier-ignore-start -->\n\n${tableOf(rowsOf(observations))}\n\n<!-- prettier-ignore-end -->`;
  const data = `<!-- ${MARKER}${JSON.stringify(Object.fromEntries(answers))} -->`;
  return `${INTRODUCTION}\nRun against a real account on ${on}.\n\n${table}\n\n${data}\n`;
}

/** The answers that a page records, by assumption. */
export function recordedIn(page: string): Readonly<Record<string, string>> {
  const line = page.split('\n').find((text) => text.startsWith(`<!-- ${MARKER}`));
  if (line === undefined) return {};
  const answers: unknown = JSON.parse(line.slice(`<!-- ${MARKER}`.length, -' -->'.length));
  return Object.fromEntries(
    Object.entries(Object(answers) as object).map(([id, answer]) => [id, String(answer)]),
  );
}
