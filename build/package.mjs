/**
 * Puts into `bundle` what is installed: the tool with all that it depends on in one script, and what that needs beside it. So an
 * installation fetches nothing, runs no script of a dependency, and has the very versions of the lockfile. After tsc and the other
 * parts of `npm run build`.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notices } from "./notices.mjs";
import { compiled, ENTRIES, program, stub, worker } from "./program.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundle = join(root, "bundle");
const COPIED = ["bin.cjs", "dingo-recover.1", "help.json", "build.json", "runbooks.json"];

function put(name, text) {
  mkdirSync(dirname(join(bundle, name)), { recursive: true });
  writeFileSync(join(bundle, name), text);
}

const dist = join(root, "dist");
const { script, packages: names } = await program(dist);
const { bundled } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const name of bundled)
  if (!names.includes(`node_modules/${name}`)) throw new Error(`${name} is not in the bundle: package.json names it`);
rmSync(bundle, { recursive: true, force: true });
put("program.cjs", script);
put("scan/worker.cjs", await worker(dist));
for (const name of COPIED) copyFileSync(join(dist, name), join(bundle, name));
for (const name of ENTRIES.slice(1)) put(name, stub(name));
put("packages.json", JSON.stringify(names));
put("NOTICES", notices(root, names));
// Last: a run needs what lies beside the script. Another V8 refuses it and compiles the source.
compiled(process.execPath, join(bundle, "program.cjs"), join(bundle, "program.cache"));
