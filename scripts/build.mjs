// Bundles src/index.ts to dist/. With --check, builds elsewhere and fails when dist/ differs.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minify } from 'terser';
import ts from 'typescript';
import { licensesOf, sourcesOf } from './licenses.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** What loads a module, in the entry point and in the files that it loads. */
const REQUIRE = /^__(nccwpck|webpack)_require__$/;

/**
 * What can go where nobody uses what it gives, though webpack and Terser have to suppose that it does something
 * else besides: loading a package or a module of Node's, and what `@actions/github` prepares for those who want its Octokit.
 */
const PURE = [
  REQUIRE,
  /^__WEBPACK_EXTERNAL_createRequire\(import\.meta\.url\)$/,
  /\.plugin(\(.*\)\.defaults)?$/s,
  /^\w*(getProxyAgent|getProxyFetch|getApiBaseUrl)$/,
];

async function build(folder) {
  bundle(folder);
  const bundled = await Promise.all(filesOf(folder).map((name) => withoutDeadCode(folder, name)));
  const files = withoutUnusedModules(bundled);
  for (const { name, kept } of files) writeFileSync(join(folder, name), kept);
  // The maps name files from where they take the project to be; packages lie at its root in any case.
  const sources = files
    .flatMap(({ code, map, cut }) => sourcesOf(code, map, cut))
    .filter((source) => source.includes('node_modules/'))
    .map((source) => join(root, source.slice(source.indexOf('node_modules/'))));
  writeFileSync(join(folder, 'licenses.txt'), licensesOf([...new Set(sources)]));
}

/** The entry point, and what it loads only once it needs it. */
function filesOf(folder) {
  return readdirSync(folder).filter((name) => name.endsWith('.js'));
}

function bundle(folder) {
  const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
  // The source map says whose code is left in the end; it is no part of dist/.
  const maps = ['--source-map', '--no-source-map-register'];
  // Types are checked by `npm run check:code`.
  const options = ['--no-cache', '--quiet', '--transpile-only', '--target', 'es2024', ...maps];
  execFileSync(process.execPath, [ncc, 'build', join(root, 'src', 'index.ts'), '--out', folder, ...options], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/**
 * ncc marks what is unused and leaves it in; for Cloudflare's SDK that is more than half of the bundle. Nothing but
 * dead code is taken out: names, comments and the order of things stay, so that dist/ can be read beside src/.
 */
async function withoutDeadCode(folder, name) {
  const file = join(folder, name);
  const bundled = readFileSync(file, 'utf8').replace(/\s*\/\/# sourceMappingURL=.*\s*$/, '\n');
  const content = readFileSync(`${file}.map`, 'utf8');
  rmSync(`${file}.map`);
  const { code, map } = await minify(bundled, {
    sourceMap: { content },
    module: true,
    mangle: false,
    keep_classnames: true,
    keep_fnames: true,
    compress: {
      defaults: false,
      toplevel: true,
      unused: true,
      dead_code: true,
      side_effects: true,
      // ncc marks by `null && (…)`.
      evaluate: true,
      passes: 2,
      pure_funcs: (call) => !PURE.some((pure) => pure.test(call.expression.print_to_string())),
    },
    format: { beautify: true, comments: 'all', indent_level: 2, max_line_len: false },
  });
  return { name, code: `${code}\n`, map };
}

/**
 * Cuts out of webpack's tables the modules that nothing loads any more, and puts the others back into the parentheses
 * that webpack gives them: V8 then compiles them as it reads them, and does not read them twice. `cut` has the spans of
 * a file's code that are gone.
 */
function withoutUnusedModules(files) {
  const tables = files.map(({ code }) => modulesIn(code));
  const modules = new Map(tables.flatMap((table) => [...table.modules]));
  const used = new Set();
  const follow = (node) => {
    for (const id of idsLoadedBy(node)) {
      if (used.has(id) || !modules.has(id)) continue;
      used.add(id);
      follow(modules.get(id));
    }
    ts.forEachChild(node, follow);
  };
  for (const { beside } of tables) beside.forEach(follow);
  return files.map((file, index) => ({ ...file, ...onlyModules(file.code, tables[index].modules, used) }));
}

/** The modules of a file by their IDs, and the statements beside webpack's table. */
function modulesIn(code) {
  const { statements } = ts.createSourceFile('index.js', code, ts.ScriptTarget.Latest, true);
  const isTable = ({ name }) => ['__webpack_modules__', 'modules'].includes(name.text);
  const declared = (statement) =>
    ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : [];
  const table = statements.flatMap(declared).find(isTable);
  return {
    modules: new Map(table.initializer.properties.map((property) => [property.name.text, property])),
    beside: statements.flatMap((statement) =>
      declared(statement).includes(table)
        ? declared(statement).filter((declaration) => declaration !== table)
        : statement,
    ),
  };
}

function onlyModules(code, modules, used) {
  let kept = '';
  let end = 0;
  const cut = [];
  for (const [id, property] of modules) {
    if (used.has(id)) {
      const { initializer } = property;
      kept += `${code.slice(end, initializer.getStart())}(${initializer.getText()})`;
      end = initializer.end;
    } else {
      kept += code.slice(end, property.getFullStart());
      cut.push([property.getFullStart(), property.end]);
      end = code[property.end] === ',' ? property.end + 1 : property.end;
    }
  }
  return { kept: kept + code.slice(end), cut };
}

/** Of a call like `__nccwpck_require__(1)` or `__nccwpck_require__.t.bind(__nccwpck_require__, 1, 23)`. */
function idsLoadedBy(node) {
  if (!ts.isCallExpression(node)) return [];
  let callee = node.expression;
  while (ts.isPropertyAccessExpression(callee)) callee = callee.expression;
  if (!ts.isIdentifier(callee) || !REQUIRE.test(callee.text)) return [];
  return node.arguments.filter(ts.isNumericLiteral).map(({ text }) => text);
}

function differences(left, right) {
  const names = new Set([...readdirSync(left), ...readdirSync(right)]);
  const read = (folder, name) => {
    try {
      return readFileSync(join(folder, name));
    } catch {
      return Buffer.alloc(0);
    }
  };
  return [...names].filter((name) => !read(left, name).equals(read(right, name)));
}

const fresh = mkdtempSync(join(tmpdir(), 'dist-'));
try {
  await build(fresh);
  if (!process.argv.includes('--check')) {
    rmSync(dist, { recursive: true, force: true });
    cpSync(fresh, dist, { recursive: true });
  }
  const different = differences(dist, fresh);
  if (different.length > 0) {
    console.error(`dist/ is not what the sources build (${different.join(', ')}). Run: npm run build`);
    process.exitCode = 1;
  }
} finally {
  rmSync(fresh, { recursive: true });
}
