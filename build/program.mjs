/**
 * Puts the whole tool with all that it depends on into two scripts, for the package and for the single executable: one whose
 * value is an object that has a function for each module that can be started, and one that has the same for the large packages,
 * which no first screen waits for. A module is run when it is asked for first.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ts from "typescript-6";

/** What bin.cts starts, and what is started as a process of its own. */
export const ENTRIES = [
  "main.js",
  "cli/crash-worker.js",
  "rehearsal/cf-program/main.js",
  "rehearsal/docker-program/main.js",
];

/** What no first screen waits for, nearly half of all: bin.cts takes it out of its script by name, for the other scripts. */
const SDK = "@aws-sdk/client-s3";
const PACKAGES = [SDK, "@elastic/elasticsearch", "execa", "ssh2", "zstddec/stream"];

/**
 * Returns the script, and the names of the packages that are in it.
 *
 * @param {string} dist
 */
export async function program(dist) {
  const contents = byName(ENTRIES.map((path) => [path, `./${path}`]));
  return scriptOf(dist, { name: "program.cjs", contents, external: PACKAGES, plugins: [whenWanted(dist)] });
}

/**
 * The script of the packages that are not in the whole tool's.
 *
 * @param {string} dist @param {readonly string[]} names
 */
export async function packages(dist, names = PACKAGES) {
  return scriptOf(dist, { name: "packages.cjs", contents: byName(names.map((name) => [name, name])) });
}

/** What is started by the path of its file: bin.cjs sees by whose name it was started. @param {string} name */
export const stub = (name) =>
  `import { createRequire } from "node:module";\ncreateRequire(import.meta.url)("${"../".repeat(name.split("/").length - 1)}bin.cjs");\n`;

/** @param {string[][]} modules */
export function byName(modules) {
  const entry = modules.map(([name, path]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(path)})`);
  return `module.exports = {\n${entry.join(",\n")}\n};\n`;
}

/**
 * The script of what looks at archives and copies them alone.
 *
 * @param {string} dist
 */
export async function archives(dist) {
  const contents = 'module.exports = require("./cli/quick-archive.js");\n';
  return scriptOf(dist, { name: "archive.cjs", contents, external: [SDK], plugins: [ELSEWHERE] });
}

/**
 * The script of the report of a run alone.
 *
 * @param {string} dist
 */
export async function reports(dist) {
  return scriptOf(dist, { name: "report.cjs", contents: 'module.exports = require("./cli/quick-report.js");\n', plugins: [whenWanted(dist)] });
}

/** @param {string} dist */
async function scriptOf(dist, { name, contents, external = [], plugins = [] }) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: dist, sourcefile: name },
    bundle: true,
    external,
    platform: "node",
    format: "cjs",
    target: "node20",
    // What V8 takes out of a code cache has forgotten who imports for it.
    supported: { "dynamic-import": false },
    charset: "ascii",
    minifyWhitespace: true,
    minifySyntax: true,
    // Node shows the line that an error came from.
    lineLimit: 160,
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
    plugins: [...plugins, places(dist), WITHOUT_ADD_ONS, WITHOUT_EDITOR, ONE_LANGUAGE, ASCII_FIRST],
  });
  const text = bare(outputFiles[0].text);
  return { script: `(function (module, require, __dirname) {\n${text}})\n`, packages: packagesOf(metafile) };
}

/**
 * Makes a function of each module, where esbuild writes an object with one method to name it: V8 makes a thousand functions in a
 * fifth of the time. The braces stay as many, for where an object ends is not plain to see.
 *
 * @param {string} text
 */
function bare(text) {
  const wrapped = /\b__(commonJS|esm)\(\s*\{\s*(?:"[^"]*"|\w+)\s*\(([\w,\s]*)\)\s*\{\s*("use strict";)?/g;
  const made = text.replaceAll(wrapped, (_all, how, names, strict = "") => `__${how}(function(${names}){${strict}{`);
  const left = /\b__(?:commonJS|esm)\(\s*\{/.exec(made);
  if (left !== null) throw new Error(`a module was not seen: ${made.slice(left.index, left.index + 200)}`);
  return made.replaceAll(/\b(cb|fn)\[\s*__getOwnPropNames\(\s*\1\)\[0\]\]/g, "$1");
}

/**
 * Gives each of our modules its place in the directory of the script; a module of a dependency has none: it finds no file of its
 * own there, which is what they all can do without.
 *
 * @param {string} dist
 */
const places = (dist) => ({
  name: "places",
  setup(building) {
    building.onLoad({ filter: /\.m?js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      return source.includes("import.meta.url") ? { contents: placed(dist, path, source), loader: "js" } : undefined;
    });
  },
});

/** @param {string} dist @param {string} path @param {string} source */
export function placed(dist, path, source) {
  const place = path.startsWith(dist + sep)
    ? `__dirname + ${JSON.stringify(`/${relative(dist, path)}`)}`
    : `"/nonexistent/module.js"`;
  const url = `process.getBuiltinModule("node:url").pathToFileURL(${place}).href`;
  return source.replaceAll('"./worker.js", import.meta', '"./worker.cjs", import.meta').replaceAll("import.meta.url", url);
}

/**
 * Lets each of our modules run when something of it is wanted first, not when another one that imports it runs: a first screen
 * needs a third of what it imports.
 *
 * @param {string} dist
 */
const whenWanted = (dist) => ({
  name: "when-wanted",
  setup(building) {
    const namespace = "dist";
    const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, esModuleInterop: true, removeComments: true };
    building.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) =>
      `${resolveDir}${sep}`.startsWith(dist + sep) ? { path: relative(dist, join(resolveDir, path)), namespace } : undefined,
    );
    building.onLoad({ filter: /.*/, namespace }, ({ path: name }) => {
      const path = join(dist, name);
      const source = placed(dist, path, readFileSync(path, "utf8"));
      const { outputText } = ts.transpileModule(source, { compilerOptions: options });
      return { contents: later(outputText), resolveDir: dirname(path), loader: "js" };
    });
  },
});

/** @param {string} source as tsc writes CommonJS: it names each module that is imported, and looks whatever is used up in it */
function later(source) {
  const imported = /^(?:const|var) (\w+) = (.*\brequire\("[^"]+"\)\)?);$/gm;
  const modules = new Map([...source.matchAll(imported)].map(([, name, required]) => [name, required]));
  const declared = source.replaceAll(imported, "let $1;");
  let made = "";
  let end = 0;
  for (const { text, at } of uses(declared, modules)) {
    made += `${declared.slice(end, at)}(${text} ??= ${modules.get(text)})`;
    end = at + text.length;
  }
  return made + declared.slice(end);
}

/**
 * Where one of the names is used, in order; not where it is declared, or names a property.
 *
 * @param {string} source @param {ReadonlyMap<string, string>} names
 */
function uses(source, names) {
  const found = [];
  const file = ts.createSourceFile("module.js", source, ts.ScriptTarget.ES2023, true);
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isIdentifier(node) && names.has(node.text)) {
      const { parent } = node;
      const isProperty = ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent);
      if (parent.name !== node) found.push({ text: node.text, at: node.getStart(file) });
      else if (!isProperty && parent.parent?.parent?.parent !== file)
        throw new Error(`${node.text} is imported, and is something else in: ${parent.getText(file)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What the whole tool has for the same command: src/cli/quick-archive.ts leaves it to that. */
const ELSEWHERE = {
  name: "elsewhere",
  setup(building) {
    const namespace = "elsewhere";
    building.onResolve({ filter: /\/(?:with-ports|outside-runs|rehearsal-mode|pausable)\.js$/ }, ({ path, kind }) =>
      kind === "dynamic-import" ? { path, namespace } : undefined,
    );
    building.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `throw Object.assign(new Error(${JSON.stringify(`${path} is in the whole tool`)}), { code: "ELSEWHERE" });`,
    }));
  },
};

/** ssh2 tries two add-ons, and debug a package of colours: they can do without. */
const WITHOUT_ADD_ONS = {
  name: "without-add-ons",
  setup(building) {
    building.onResolve({ filter: /^(?:cpu-features|supports-color)$|\.node$/ }, ({ path }) => ({ path, namespace: "absent" }));
    building.onLoad({ filter: /.*/, namespace: "absent" }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not in the executable`)});`,
    }));
  },
};

/** No question opens an editor, for which inquirer has tables of every character set. */
const WITHOUT_EDITOR = {
  name: "without-editor",
  setup(building) {
    const namespace = "editor";
    building.onResolve({ filter: /^@inquirer\/external-editor$/ }, ({ path }) => ({ path, namespace }));
    building.onLoad({ filter: /.*/, namespace }, () => ({
      contents: 'export const editAsync = () => { throw new Error("no question opens an editor"); };',
    }));
  },
};

/** zod has its messages in sixty languages, and runs them all: none but its own is asked for. */
const ONE_LANGUAGE = {
  name: "one-language",
  setup(building) {
    building.onLoad({ filter: /\/zod\/v4\/locales\/index\.c?js$/ }, ({ path }) => ({
      resolveDir: dirname(path),
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/** To measure a text, yargs and listr2 have tables of emoji made, which takes a fifth of a start: ASCII needs none. */
const ASCII_FIRST = {
  name: "ascii-first",
  setup(building) {
    const namespace = "ascii-first";
    building.onResolve({ filter: /^string-width$/ }, async ({ kind, importer, resolveDir }) => {
      if (kind !== "import-statement") return undefined;
      const { path } = await building.resolve("string-width", { kind: "require-call", importer, resolveDir });
      return { path, namespace };
    });
    building.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      resolveDir: dirname(path),
      contents: `import stripAnsi from "strip-ansi";
        const measured = (text, options) => require(${JSON.stringify(path)}).default(text, options);
        export default (text, options) => {
          if (typeof text !== "string" || options?.countAnsiEscapeCodes) return measured(text, options);
          const shown = stripAnsi(text);
          // A control character has no width.
          return /^[\\n -~]*$/.test(shown) ? shown.replaceAll("\\n", "").length : measured(text, options);
        };`,
    }));
  },
};

/** @param {import("esbuild").Metafile} metafile */
function packagesOf({ inputs }) {
  const names = Object.keys(inputs).flatMap((path) => {
    const [, found] = /^([^:]*node_modules\/(?:@[^/]+\/)?[^/]+)\//u.exec(path) ?? [];
    return found ?? [];
  });
  return [...new Set(names)].sort();
}

/**
 * Nothing is reached with it: a run ends at its first step, where there is no program `cf`. Where the store's address and keys are
 * given, no SDK is loaded, which no first screen waits for.
 */
const LOG_IN = {
  ...{ AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "no-secret" },
  ...{ CF_API: "https://127.0.0.1:1", CF_USERNAME: "nobody", CF_PASSWORD: "no-password" },
  ...{ BOSH_ENVIRONMENT: "https://127.0.0.1:1", BOSH_CLIENT: "nobody", BOSH_CLIENT_SECRET: "no-secret" },
};
// As the parser alone reads it, which other commands need.
const PATIENCE = "--patience=1s";
const INPUTS = ["archive=s3://bucket/backups/x/wal", "service=db", "org=o", "space=s"];
const RUN = ["run", "--non-interactive", PATIENCE, ...INPUTS.flatMap((each) => ["--input", each])];

/**
 * What V8 compiles of a script when the tool begins, by the Node that will run it.
 *
 * @param {string} node @param {string} script @param {string} cache
 */
export function compiled(node, script, cache) {
  const place = mkdtempSync(join(tmpdir(), "compiled-"));
  const env = { ...LOG_IN, HOME: place, PATH: place, TMPDIR: place, DINGO_RECOVER_STATE: place };
  const words = [fileURLToPath(import.meta.url), script, cache];
  const { status, stderr } = spawnSync(node, words, { env, encoding: "utf8" });
  rmSync(place, { recursive: true });
  if (status !== 0) throw new Error(`no code cache was made: ${stderr.slice(-2000)}`);
}

/** What each script does while it is compiled. */
const USED = { "program.cjs": begin, "packages.cjs": loadAll, "archive.cjs": look, "report.cjs": tell };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [filename, cache] = process.argv.slice(2);
  const { script, value } = await started(filename);
  process.stdout.write = () => true;
  // V8 would take what was compiled under other flags for what another V8 compiled.
  process.getBuiltinModule("node:v8").setFlagsFromString = () => undefined;
  await USED[basename(filename)](value, filename);
  writeFileSync(cache, script.createCachedData());
}

/** The script and what it makes, with the packages that lie beside it. @param {string} filename */
export async function started(filename) {
  const [{ Script }, { createRequire, isBuiltin }] = [await import("node:vm"), await import("node:module")];
  const require = createRequire(filename);
  let beside;
  const run = (path) => {
    const script = new Script(readFileSync(path, "latin1"), { filename: join("/", basename(path)) });
    const made = { exports: {} };
    script.runInThisContext()(made, wanted, dirname(path));
    return { script, value: made.exports };
  };
  const wanted = (name) => {
    if (isBuiltin(name)) return require(name);
    beside ??= run(join(dirname(filename), "packages.cjs")).value;
    return beside[name]();
  };
  return run(filename);
}

/** A run, as far as its first step: there is no program. */
async function begin(modules) {
  await modules["main.js"]().main(RUN);
  couldNotBeDone();
}

function couldNotBeDone() {
  const COULD_NOT_BE_DONE = 15;
  if (process.exitCode !== COULD_NOT_BE_DONE) throw new Error(`it ended with ${process.exitCode}`);
  process.exitCode = 0;
}

/** The report of a run as far as its first step. */
async function tell({ quick }, filename) {
  const place = process.env.DINGO_RECOVER_STATE ?? "";
  spawnSync(process.execPath, [join(dirname(filename), "bin.cjs"), ...RUN], { stdio: "ignore" });
  const [run = ""] = readdirSync(join(place, "runs"));
  process.stderr.write = () => true;
  const asked = ["report", run, "--format", "html", "-o", join(place, "report.html")];
  if (!(await quick(asked))) throw new Error("the command was not taken");
  if (process.exitCode !== 0) throw new Error(`it ended with ${process.exitCode}`);
}

/** Each of them runs. */
function loadAll(packages) {
  for (const load of Object.values(packages)) load();
}

/** A look at an archive on this machine, which lists some segments and has none. */
async function look({ quick }) {
  const row = (number) =>
    `<Contents><Key>x/wal/wal_005/0000000100000000000000${10 + number}.lzo</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>` +
    `<ETag>&quot;${"0".repeat(32)}&quot;</ETag><Size>1000</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  const rows = Array.from({ length: 20 }, (_, number) => row(number)).join("");
  const listing = `<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>20</KeyCount>${rows}</ListBucketResult>`;
  const store = createServer((request, response) => {
    const asksForList = request.url?.includes("list-type=2") === true;
    response.writeHead(asksForList ? 200 : 404, { server: "MinIO", connection: "close" }).end(asksForList ? listing : "");
  });
  await new Promise((done) => store.listen(0, "127.0.0.1", () => done(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (store.address());
  process.env["AWS_ENDPOINT_URL"] = `http://127.0.0.1:${port}`;
  process.env["AWS_REGION"] = "us-east-1";
  process.stderr.write = () => true;
  if (!(await quick(["archive", "verify", "s3://bucket/x/wal"]))) throw new Error("the command was not taken");
  couldNotBeDone();
  store.close();
}
