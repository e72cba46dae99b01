/** Writes docs/assumptions.md from src/model/assumptions.ts. With --check it changes nothing, and fails if they differ. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASSUMPTIONS } from '../src/model/assumptions.ts';
import type { Assumption } from '../src/model/assumptions/assumption.ts';
import { LIST_AND_ERROR_ASSUMPTIONS } from '../src/model/assumptions/lists-and-errors.ts';
import { GITHUB_ASSUMPTIONS } from '../src/model/assumptions/github.ts';
import { POLICY_ASSUMPTIONS } from '../src/model/assumptions/policies.ts';
import { SERVICE_TOKEN_ASSUMPTIONS } from '../src/model/assumptions/service-tokens.ts';
import { OUT_OF_REACH } from './conformance/run.ts';

const PAGE = join(import.meta.dirname, '..', 'docs', 'assumptions.md');

const GROUPS: readonly (readonly [string, readonly Assumption[]])[] = [
  ['Secrets, versions and expiry', SERVICE_TOKEN_ASSUMPTIONS],
  ['Lists, errors and limits', LIST_AND_ERROR_ASSUMPTIONS],
  ['Policies, applications and sessions', POLICY_ASSUMPTIONS],
  ['GitHub', GITHUB_ASSUMPTIONS],
];

const INTRODUCTION = `# Assumptions

<!-- Written by \`node scripts/assumptions.ts\` from \`src/model/assumptions.ts\`. -->

The code depends on ${ASSUMPTIONS.length} facts about Cloudflare and GitHub that nobody has proven. For each of them it works under every
answer: the table says what it does if the assumption is wrong, and which file holds that, with a comment
\`// assumption: <name>\`. \`npm run conformance\` tries them on a real account; [conformance](conformance.md) has the result.

Grades of the evidence: **documented** by the service, but another source says otherwise or nobody has tried it;
**acceptance test** by the service's own engineers against the live API; **observed** by a third party; **inferred**.
`;

const OUTSIDE = `## Out of reach

A conformance run cannot find these out:
`;

/** The whole page. */
export function assumptionsPage(): string {
  const groups = GROUPS.map(([title, assumptions]) => `## ${title}\n\n${tableOf(assumptions)}\n`);
  const outside = Object.entries(OUT_OF_REACH).map(
    ([id, because]) => `- \`${id}\`: ${because.replace(/^out of reach: /, '')}.`,
  );
  return `${INTRODUCTION}\n${groups.join('\n')}\n${OUTSIDE}\n${outside.join('\n')}\n`;
}

function tableOf(assumptions: readonly Assumption[]): string {
  const rows = assumptions.map(({ id, assumes, evidence, otherwise, fallback, test }) => [
    `\`${id}\``,
    assumes,
    `**${evidence.grade}**: ${evidence.where}`,
    otherwise,
    `\`${fallback}\``,
    `\`${test}\``,
  ]);
  const lines = [
    ['Name', 'Assumes', 'Evidence', 'Otherwise', 'Held by', 'Test'],
    Array<string>(6).fill('---'),
    ...rows,
  ];
  const table = lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return `<!-- prettier-ignore-start -->\n\n${table.join('\n')}\n\n<!-- prettier-ignore-end -->`;
}

function main(): void {
  const wanted = assumptionsPage();
  if (!process.argv.includes('--check')) writeFileSync(PAGE, wanted);
  else if (readFileSync(PAGE, 'utf8') !== wanted) {
    console.error(
      'docs/assumptions.md is not what src/model/assumptions.ts says. Run: node scripts/assumptions.ts',
    );
    process.exitCode = 1;
  }
}

if (import.meta.main) main();
