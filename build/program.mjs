/**
 * Puts the whole tool with all that it depends on into one script, for the package and for the single executable: its value is an
 * object that has a function for each module that can be started. A second script is what the threads of a search run.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What bin.cts starts, and what is started as a process of its own. */
export const ENTRIES = [
  "main.js",
  "rehearsal/cf-program/main.js",
  "rehearsal/docker-program/main.js",
];

/**
 * Returns the script, and the names of the packages that are in it.
 *
 * @param {string} dist
 */
export async function program(dist) {
  const { text, packages } = await bundled(dist, byName(ENTRIES.map((path) => [path, `./${path}`])));
  return { script: `(function (module, require, __dirname) {\n${text}})\n`, packages };
}

/** A module whose value has a function for each of these. @param {string[][]} modules names and paths */
export function byName(modules) {
  const entry = modules.map(([name, path]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(path)})`);
  return `module.exports = {\n${entry.join(",\n")}\n};\n`;
}

/** A file that is started by its path: bin.cjs sees by whose name it was started. @param {string} name */
export const stub = (name) =>
  `import { createRequire } from "node:module";\ncreateRequire(import.meta.url)("${"../".repeat(name.split("/").length - 1)}bin.cjs");\n`;

/** @param {string} dist */
export async function worker(dist) {
  return (await bundled(dist, 'require("./scan/worker.js");\n')).text;
}

/** One script of a module and all that it imports. @param {string} dist @param {string} contents */
export async function bundled(dist, contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: dist, sourcefile: "entries.cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
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
    plugins: [places(dist), WITHOUT_ADD_ONS, WITHOUT_EDITOR, ONE_LANGUAGE, ASCII_FIRST],
  });
  return { text: outputFiles[0].text, packages: packagesOf(metafile) };
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

/** Nothing is reached with it: a run ends at its first step, where there is no program `cf`. */
const LOG_IN = {
  ...{ AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "no-secret" },
  ...{ CF_API: "https://127.0.0.1:1", CF_USERNAME: "nobody", CF_PASSWORD: "no-password" },
  ...{ BOSH_ENVIRONMENT: "https://127.0.0.1:1", BOSH_CLIENT: "nobody", BOSH_CLIENT_SECRET: "no-secret" },
};
const INPUTS = ["archive=s3://bucket/backups/x/wal", "service=db", "org=o", "space=s"];
const RUN = ["run", "--non-interactive", ...INPUTS.flatMap((each) => ["--input", each])];

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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [filename, cache] = process.argv.slice(2);
  const [{ Script }, { createRequire }] = [await import("node:vm"), await import("node:module")];
  const script = new Script(readFileSync(filename, "latin1"), { filename: "/program.cjs" });
  const made = { exports: {} };
  script.runInThisContext()(made, createRequire(filename), dirname(filename));
  process.stdout.write = () => true;
  // V8 would take what was compiled under other flags for what another V8 compiled.
  process.getBuiltinModule("node:v8").setFlagsFromString = () => undefined;
  // A run, as far as its first step: there is no program.
  await made.exports["main.js"]().main(RUN);
  const COULD_NOT_BE_DONE = 15;
  if (process.exitCode !== COULD_NOT_BE_DONE) throw new Error(`it ended with ${process.exitCode}`);
  process.exitCode = 0;
  writeFileSync(cache, script.createCachedData());
}
