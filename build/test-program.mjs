/**
 * The program as the tests of `npm test` start it: the `bundle` of a package made of `src`, and the same as one script for calls in
 * the process of a test. Both lie in a directory of the cache that is named by what is in it.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { makeBundle } from "./bundle.mjs";
import { script } from "./program.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");
const cache = join(root, "node_modules/.cache/dingo-recover");
/** The program reads these beside its bundle. */
const BESIDE = ["runbooks", "fixtures", "package.json"];
/** Programs of other sources that nobody has used for so long are removed. Milliseconds. */
const KEPT = 86_400_000;

mkdirSync(cache, { recursive: true });
for (const name of readdirSync(cache).filter((each) => /^(?:program|making)-/u.test(each))) removeOld(join(cache, name));
const place = mkdtempSync(join(cache, "making-"));
await makeBundle(join(place, "bundle"));
const made = join(cache, `program-${digest(join(place, "bundle"))}`);
const url = JSON.stringify(pathToFileURL(join(made, "bundle/program.cjs")).href);
// Packages are required, so that those of the calls before are used again.
const options = { packages: "external", lineLimit: 0 };
const text = await script({ entry: "main.ts", url, plugins: [OURS()], options });
// A call in the process of a test gives it a stand-in of `process`.
writeFileSync(join(place, "bundle/program.cjs"), `(function (module, require, process) {\n${text}})\n`);
for (const name of BESIDE) symlinkSync(join(root, name), join(place, name));
if (existsSync(made)) rmSync(place, { recursive: true });
else renameSync(place, made);
utimesSync(made, new Date(), new Date());
console.log(join(made, "bundle"));

/** @param {string} path */
function removeOld(path) {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
  if (Date.now() - mtimeMs > KEPT) rmSync(path, { recursive: true, force: true });
}

/** @param {string} directory */
function digest(directory) {
  const hash = createHash("sha256");
  for (const name of readdirSync(directory).sort()) hash.update(`\0${name}\0`).update(readFileSync(join(directory, name)));
  return hash.digest("hex").slice(0, 16);
}

/** No module of ours lies below a package.json that calls it an ES module: the default of a package is what that calls its default. */
function OURS() {
  const namespace = "src";
  return {
    name: "ours",
    setup(building) {
      building.onResolve({ filter: /^\.\.?\/.*\.ts$|\/src\/main\.ts$/ }, ({ path, resolveDir }) => ({
        path: relative(src, join(path.startsWith("/") ? "/" : resolveDir, path)),
        namespace,
      }));
      building.onLoad({ filter: /.*/, namespace }, ({ path: name }) => {
        const path = join(src, name);
        return { contents: readFileSync(path, "utf8"), resolveDir: dirname(path), loader: "ts" };
      });
    },
  };
}
