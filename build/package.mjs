/**
 * Puts into `bundle` what is installed: the tool with all that it depends on in few scripts, and what those need beside them. So an
 * installation fetches nothing, runs no script of a dependency, and has the very versions of the lockfile. After tsc and the other
 * parts of `npm run build`.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notices } from "./notices.mjs";
import { archives, reports, compiled, ENTRIES, packages, program, stub } from "./program.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundle = join(root, "bundle");
const COPIED = ["bin.cjs", "dingo-recover.1", "help.json", "build.json", "quick.cjs", "quick.cache", "runbooks.json", "scan/worker.cjs"];

function put(name, text) {
  mkdirSync(dirname(join(bundle, name)), { recursive: true });
  writeFileSync(join(bundle, name), text);
}

const dist = join(root, "dist");
const scripts = { program: await program(dist), packages: await packages(dist), archive: await archives(dist), report: await reports(dist) };
const names = [...new Set(Object.values(scripts).flatMap((each) => each.packages))].sort();
const { bundled } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const name of bundled)
  if (!names.includes(`node_modules/${name}`)) throw new Error(`${name} is not in the bundle: package.json names it`);
rmSync(bundle, { recursive: true, force: true });
for (const [name, { script }] of Object.entries(scripts)) put(`${name}.cjs`, script);
for (const name of COPIED) {
  put(name, "");
  copyFileSync(join(root, "dist", name), join(bundle, name));
}
for (const name of ENTRIES.slice(1)) put(name, stub(name));
put("packages.json", JSON.stringify(names));
put("NOTICES", notices(root, names));
// Last: a run needs what lies beside the script. Another V8 refuses it and compiles the source.
for (const name of Object.keys(scripts))
  compiled(process.execPath, join(bundle, `${name}.cjs`), join(bundle, `${name}.cache`));
