// Stands in for GitHub's command line: issues, kept in the file that SANDBOX_ISSUES names, workflows to run, variables, and plain
// calls of the API. The token of a workflow in the sandbox says itself what the job was granted.
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
  demand('issues', level);
}

function demand(permission, level) {
  const granted = JSON.parse(Buffer.from(token.replace(/^ghs_sandbox_/, ''), 'base64url'))[permission];
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

/** The status and the body of a reply; a success without a body is null. */
async function call(method, path, body) {
  const response = await fetch(new URL(path, `${process.env.GITHUB_API_URL}/`), {
    method,
    headers: { authorization: `token ${token}`, 'user-agent': 'gh' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { ok: response.ok, status: response.status, url: response.url, text };
}

/** Numeric ids of repositories, which the command line asks GraphQL for. */
async function idsOf(names) {
  const fields = names.map((name, index) => {
    const [owner, repo] = name.split('/');
    return `repo_${index}: repository(owner: "${owner}", name: "${repo}") { databaseId }`;
  });
  const { text } = await call('POST', 'graphql', {
    query: `query MapRepositoryNames { ${fields.join(' ')} }`,
  });
  const { data, errors } = JSON.parse(text);
  if (errors !== undefined) refuse(`failed to look up IDs for repositories: GraphQL: ${errors[0].message}`);
  return names.map((_name, index) => data[`repo_${index}`].databaseId);
}

async function variableCommand([command, ...args]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      body: { type: 'string', short: 'b' },
      env: { type: 'string', short: 'e' },
      org: { type: 'string', short: 'o' },
      repo: { type: 'string', short: 'R', default: repository },
      repos: { type: 'string', short: 'r' },
      visibility: { type: 'string', short: 'v' },
    },
  });
  const [name] = positionals;
  if (command !== 'set' || name === undefined) refuse(`the sandbox's gh does not know: variable ${command}`);
  if (values.org === undefined && values.repo === undefined) {
    refuse('fatal: not a git repository (or any of the parent directories): .git');
  }
  const value = values.body || readFileSync(0, 'utf8').replace(/[\r\n]+$/, '');
  let path = `repos/${values.repo}/actions/variables`;
  let sharing = {};
  if (values.org !== undefined) {
    path = `orgs/${values.org}/actions/variables`;
    const names = values.repos?.split(',').map((one) => (one.includes('/') ? one : `${values.org}/${one}`));
    sharing = {
      visibility: values.visibility ?? (names === undefined ? 'private' : 'selected'),
      ...(names === undefined ? {} : { selected_repository_ids: await idsOf(names) }),
    };
  } else if (values.env !== undefined) {
    path = `repositories/${await idsOf([values.repo])}/environments/${values.env}/variables`;
  }
  // It leaves an empty value out.
  const content = { ...(value === '' ? {} : { value }), ...sharing };
  const created = await call('POST', path, { name, ...content });
  const reply = created.status === 409 ? await call('PATCH', `${path}/${name}`, content) : created;
  if (reply.ok) return;
  refuse(
    `failed to set variable "${name}": HTTP ${reply.status}: ${JSON.parse(reply.text).message} (${reply.url})`,
  );
}

async function apiCommand(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { method: { type: 'string', short: 'X', default: 'GET' }, silent: { type: 'boolean' } },
  });
  const { ok, status, text } = await call(values.method, positionals[0]);
  if (!ok) refuse(`gh: ${JSON.parse(text).message} (HTTP ${status})`);
  if (!values.silent) process.stdout.write(text);
}

/** Starts a workflow, which the sandbox records and does not run. */
async function workflowCommand([command, file, ...more]) {
  if (command !== 'run' || !/\.yml$/.test(file ?? '') || more.length > 0 || repository === undefined) {
    refuse(`the sandbox's gh does not know: workflow ${[command, file, ...more].join(' ')}`);
  }
  demand('actions', 'write');
  const url = `${process.env.SANDBOX_STORES}/workflows/${file}`;
  const { ok, status } = await fetch(url, { method: 'POST', body: repository });
  if (!ok) refuse(`could not create workflow dispatch event: HTTP ${status}`);
}

if (group === 'issue') issueCommand(rest);
else if (group === 'workflow') await workflowCommand(rest);
else if (group === 'variable') await variableCommand(rest);
else if (group === 'api') await apiCommand(rest);
else refuse(`the sandbox's gh does not know: ${group}`);
