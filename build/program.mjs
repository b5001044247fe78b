/**
 * The program by esbuild. For a package as modules: `main.mjs`, and a chunk for what several commands share, so that each command
 * loads what it needs. As one script, for what can take no more: the single executable, the threads of a search, and calls in the
 * process of a test.
 */
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const src = fileURLToPath(new URL("../src", import.meta.url));

const COMMON = {
  bundle: true,
  platform: "node",
  target: "node24",
  // Of a CommonJS module, an import on demand would give a default alone.
  mainFields: ["module", "main"],
  charset: "ascii",
  minifyWhitespace: true,
  minifySyntax: true,
  // Node shows the line that an error came from.
  lineLimit: 160,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

/**
 * Puts the program into a directory that lies in the root of a package; returns the names of the packages that are in it.
 *
 * @param {string} outdir
 */
export async function putProgram(outdir) {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: [join(src, "main.ts")],
    outdir,
    format: "esm",
    splitting: true,
    outExtension: { ".js": ".mjs" },
    chunkNames: "[name]-[hash]",
    // CommonJS packages use these names.
    define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" },
    plugins: [...PLUGINS, BUILT_IN],
  });
  await script({ entry: "discovery/scan/worker.ts", outfile: join(outdir, "worker.cjs") });
  return packagesOf(metafile);
}

/** Builds the module `dingo-recover/action`. @param {string} outdir */
export async function putContract(outdir) {
  const entryPoints = [join(src, "action.ts")];
  await build({ entryPoints, outdir, bundle: true, packages: "external", platform: "node", format: "esm", logLevel: "warning" });
}

/**
 * One script; its modules take `url`, an expression, for where they lie.
 *
 * @param {{ entry: string, outfile?: string, url?: string, footer?: string, plugins?: import("esbuild").Plugin[], options?: import("esbuild").BuildOptions }} wanted
 */
export async function script({ entry, outfile, url = "undefined", footer = "", plugins = PLUGINS, options = {} }) {
  const { outputFiles } = await build({
    ...COMMON,
    entryPoints: [join(src, entry)],
    ...(outfile === undefined ? { write: false } : { outfile }),
    format: "cjs",
    // A script has no loader of modules.
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "own$url" },
    banner: { js: `const own$url=${url};` },
    footer: { js: footer },
    plugins,
    ...options,
  });
  return outputFiles?.[0]?.text;
}

/**
 * Node's built-in modules are required, not imported. An import of `node:http` reads each of its exports, and so loads `fetch` with all
 * that belongs to it, for 25 milliseconds.
 */
const BUILT_IN = {
  name: "built-in",
  setup(building) {
    building.onResolve({ filter: /^[a-z]/ }, ({ path }) => (isBuiltin(path) ? { path, namespace: "built-in" } : undefined));
    building.onLoad({ filter: /.*/, namespace: "built-in" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
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

const PLUGINS = [WITHOUT_ADD_ONS, WITHOUT_EDITOR, ONE_LANGUAGE, ASCII_FIRST];

/** @param {import("esbuild").Metafile} metafile */
function packagesOf({ inputs }) {
  const names = Object.keys(inputs).flatMap((path) => {
    const [, found] = /^([^:]*node_modules\/(?:@[^/]+\/)?[^/]+)\//u.exec(path) ?? [];
    return found ?? [];
  });
  return [...new Set(names)].sort();
}
