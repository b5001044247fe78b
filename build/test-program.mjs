/**
 * The program as the tests of `npm test` start it, made of `src` in a few seconds when something of it has changed: no types are
 * checked, and what only a package has is left out. It lies in the cache like an installed package, and starts as fast.
 * `npm run build` makes the package.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { build, transformSync } from "esbuild";
import { manualPage } from "./manual-page.mjs";
import { bundled, byName, ENTRIES, placed, stub } from "./program.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");
const cache = join(root, "node_modules/.cache/dingo-recover");
/** What a program is made of, and what it is made with. */
const TOOLS = ["build", "package.json", "package-lock.json"];
const SOURCES = ["src", "runbooks", "docs/exit-codes.md", "CHANGELOG.md", ...TOOLS];
/** What the program reads beside itself. */
const BESIDE = ["runbooks", "fixtures", "package.json"];
/** What writes help and runbooks down. */
const WRITERS = ["cli/render-help.js", "cli/shipped-runbooks.js", "cli/runbook-files.js", "runbook/kept.js"];
/** Programs of other sources that nobody has used for so long are removed. Milliseconds. */
const KEPT = 86_400_000;

/** Makes it when it is missing; returns the directory of its bin.cjs. */
export async function testProgram() {
  const made = join(cache, `program-${digest(SOURCES)}`);
  if (!existsSync(made)) await once(made, (place) => make(place));
  const packagesUsed = dirname(realpathSync(join(made, "bundle/packages.cjs")));
  for (const used of [made, packagesUsed]) utimesSync(used, new Date(), new Date());
  for (const name of readdirSync(cache)) removeOld(join(cache, name));
  return join(made, "bundle");
}

/** @param {string} path */
function removeOld(path) {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
  if (Date.now() - mtimeMs > KEPT) rmSync(path, { recursive: true, force: true });
}

/** Of all files, by their path; and of the Node that compiles. @param {readonly string[]} names @param {readonly string[]} more */
function digest(names, more = []) {
  const hash = createHash("sha256").update([process.version, ...more].join());
  for (const name of names)
    for (const file of filesIn(join(root, name))) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/** @param {string} path @returns {string[]} */
function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().flatMap((name) => filesIn(join(path, name)));
}

/** Others may make the same at the same time: whoever is first has made it. @param {string} path @param {(place: string) => Promise<void>} how */
async function once(path, how) {
  mkdirSync(cache, { recursive: true });
  const place = mkdtempSync(join(cache, "making-"));
  try {
    await how(place);
    renameSync(place, path);
  } catch (error) {
    rmSync(place, { recursive: true });
    if (!existsSync(path)) throw error;
  }
}

/** @param {string} place */
async function make(place) {
  const bundle = join(place, "bundle");
  const put = (name, text) => {
    mkdirSync(dirname(join(bundle, name)), { recursive: true });
    writeFileSync(join(bundle, name), text);
  };
  for (const name of BESIDE) symlinkSync(join(root, name), join(place, name));
  const { text, wanted } = await scriptOf([...ENTRIES, ...WRITERS]);
  // A call in the process of a test gives it a stand-in of `process`, and packages that it has (test/program/in-process.ts).
  put("program.cjs", `(function (module, __given, __dirname, process = globalThis.process) {\n${REQUIRE}${text}})\n`);
  put("scan/worker.cjs", `${(await scriptOf(["scan/worker.js"])).text}module.exports["scan/worker.js"]();\n`);
  put("bin.cjs", transformSync(readFileSync(join(src, "bin.cts"), "utf8"), { loader: "ts", target: "node24" }).code);
  for (const name of ENTRIES.slice(1)) put(name, stub(name));
  const made = await packagesMade(wanted);
  for (const name of ["packages.cjs", "packages.cache"]) symlinkSync(join(made, name), join(bundle, name));
  const { script, value } = run(join(bundle, "program.cjs"));
  const help = await value["cli/render-help.js"]().renderHelp();
  put("help.json", JSON.stringify(help));
  put("dingo-recover.1", manualPage(help));
  put("runbooks.json", JSON.stringify(runbooks(value)));
  writeFileSync(join(bundle, "program.cache"), script.createCachedData());
}

/** In a process, packages come from the script beside the program's. */
const REQUIRE = `const require = __given.resolve === undefined ? __given : (() => {
  const builtin = (name) => globalThis.process.getBuiltinModule("node:" + name);
  let beside;
  const packagesBeside = () => {
    const [filename, cache] = ["packages.cjs", "packages.cache"].map((name) => __dirname + "/" + name);
    const [source, cachedData] = [builtin("fs").readFileSync(filename, "latin1"), builtin("fs").readFileSync(cache)];
    const made = { exports: {} };
    new (builtin("vm").Script)(source, { filename, cachedData }).runInThisContext()(made, __given, __dirname);
    return made.exports;
  };
  return (name) => (builtin("module").isBuiltin(name) ? __given(name) : (beside ??= packagesBeside())[name]());
})();
`;

/** The script and what it makes. @param {string} filename */
function run(filename) {
  const script = new Script(readFileSync(filename, "latin1"), { filename });
  const made = { exports: {} };
  script.runInThisContext()(made, createRequire(filename), dirname(filename));
  return { script, value: made.exports };
}

/** They change more rarely than our sources. @param {readonly string[]} names */
async function packagesMade(names) {
  const made = join(cache, `packages-${digest(TOOLS, names)}`);
  if (!existsSync(made))
    await once(made, async (place) => {
      const filename = join(place, "packages.cjs");
      const { text } = await bundled(root, byName(names.map((name) => [name, name])));
      writeFileSync(filename, `(function (module, require, __dirname) {\n${text}})\n`);
      const { script, value } = run(filename);
      for (const required of Object.values(value)) required();
      writeFileSync(join(place, "packages.cache"), script.createCachedData());
    });
  return made;
}

/**
 * All that the modules import, of `src`; and the packages that it wants.
 *
 * @param {readonly string[]} names
 */
async function scriptOf(names) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: byName(names.map((name) => [name, `./${name}`])), resolveDir: src, sourcefile: "program.cjs" },
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    target: "node24",
    supported: { "dynamic-import": false },
    charset: "ascii",
    metafile: true,
    write: false,
    logLevel: "warning",
    plugins: [OURS],
  });
  const imports = Object.values(metafile.inputs).flatMap((each) => each.imports);
  const wanted = imports.flatMap(({ path, external }) => (external === true && !isBuiltin(path) && !path.startsWith(".") ? [path] : []));
  return { text: outputFiles[0].text, wanted: [...new Set(wanted)].sort() };
}

/**
 * Each of our modules has its place in the directory of the script. None lies in a directory whose package.json calls it an
 * ES module: the default of a package is what that calls its default.
 */
const OURS = {
  name: "ours",
  setup(building) {
    const namespace = "src";
    building.onResolve({ filter: /^\.\.?\/.*\.[jt]s$/ }, ({ path, resolveDir }) =>
      `${resolveDir}/`.startsWith(`${src}/`) ? { path: relative(src, join(resolveDir, path)).replace(/\.ts$/u, ".js"), namespace } : undefined,
    );
    building.onLoad({ filter: /.*/, namespace }, ({ path: name }) => {
      const path = join(src, name);
      const text = readFileSync(path.replace(/\.js$/u, ".ts"), "utf8");
      return { contents: placed(src, path, text), resolveDir: dirname(path), loader: "ts" };
    });
  },
};

/** As build/runbooks.mjs writes them. */
function runbooks(modules) {
  const { shippedNames } = modules["cli/runbook-files.js"]();
  const { readRunbook } = modules["cli/shipped-runbooks.js"]();
  const { kept } = modules["runbook/kept.js"]();
  return Object.fromEntries(shippedNames().map((name) => readRunbook(name)).map((each) => [each.sha256, kept(each)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await testProgram());
