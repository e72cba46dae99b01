// Stands in for GitHub's command line: issues, kept in the file that SANDBOX_ISSUES names, and plain calls of the
// API. The token of a workflow in the sandbox says itself what the job was granted.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const [group, ...rest] = process.argv.slice(2);
const token = process.env.GH_TOKEN;
const repository = process.env.GH_REPO;

function refuse(why, code = 1) {
  console.error(why);
  process.exit(code);
}

if (token === undefined || token === '') {
  refuse('gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.', 4);
}

function demandIssues(level) {
  const granted = JSON.parse(Buffer.from(token.replace(/^ghs_sandbox_/, ''), 'base64url')).issues;
  if (granted === 'write' || granted === level) return;
  refuse('GraphQL: Resource not accessible by integration');
}

function issueCommand([command, ...args]) {
  if (repository === undefined)
    refuse('fatal: not a git repository (or any of the parent directories): .git');
  const file = process.env.SANDBOX_ISSUES;
  const issues = JSON.parse(readFileSync(file, 'utf8'));
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      title: { type: 'string' },
      body: { type: 'string' },
      state: { type: 'string' },
      search: { type: 'string' },
      json: { type: 'string' },
      jq: { type: 'string' },
    },
  });
  const save = () => writeFileSync(file, JSON.stringify(issues));
  if (command === 'list') {
    demandIssues('read');
    const title = /^in:title "(.*)"$/.exec(values.search ?? '')?.[1];
    if (title === undefined || values.json !== 'number' || values.jq !== '.[0].number // empty') {
      refuse(`the sandbox's gh does not know this list: ${args.join(' ')}`);
    }
    const found = issues.find(({ title: of, state }) => of.includes(title) && state === values.state);
    if (found !== undefined) console.log(found.number);
  } else if (command === 'create') {
    demandIssues('write');
    if (!values.title || values.body === undefined) refuse('must provide `--title` and `--body`');
    const number = issues.length + 1;
    issues.push({ number, title: values.title, body: values.body, state: 'open', comments: [] });
    save();
    console.log(`https://github.com/${repository}/issues/${number}`);
  } else if (command === 'comment') {
    demandIssues('write');
    const found = issues.find(({ number }) => String(number) === positionals[0]);
    if (found === undefined) refuse('GraphQL: Could not resolve to an issue');
    found.comments.push(values.body);
    save();
  } else {
    refuse(`the sandbox's gh does not know: issue ${command}`);
  }
}

async function apiCommand(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { method: { type: 'string', short: 'X', default: 'GET' }, silent: { type: 'boolean' } },
  });
  const response = await fetch(new URL(positionals[0], `${process.env.GITHUB_API_URL}/`), {
    method: values.method,
    headers: { authorization: `token ${token}`, 'user-agent': 'gh' },
  });
  const text = await response.text();
  if (!response.ok) refuse(`gh: ${JSON.parse(text).message} (HTTP ${response.status})`);
  if (!values.silent) process.stdout.write(text);
}

if (group === 'issue') issueCommand(rest);
else if (group === 'api') await apiCommand(rest);
else refuse(`the sandbox's gh does not know: ${group}`);
