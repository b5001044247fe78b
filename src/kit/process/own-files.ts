/**
 * Files that travel with the program: in a clone and in a package they lie beside it, in the single executable inside it. There a
 * file's path begins with that of the executable (`/opt/dingo-recover/runbooks/drill.yml`), which no file on a disk can have.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Names of all files inside, as a JSON list (build/executable.mjs). */
const INDEX = "index.json";
const HERE = `${process.execPath}/`;
/** This file of a clone, or a module of `bundle`. */
const SELF = import.meta.url;
const IS_CLONE = SELF.endsWith("src/kit/process/own-files.ts");
const ROOT = new URL(IS_CLONE ? "../../../" : "../", SELF);

/** Where a file lies that travels with the program; `name` as in the package. */
export const ownPath = (name: string): string => fileURLToPath(new URL(name, ROOT));

export type Form = "clone" | "package" | "executable";

export const OWN_FORM: Form =
  nameInside(ownPath("bundle")) !== undefined ? "executable" : IS_CLONE ? "clone" : "package";

/** The program and the first words that start this tool once more. */
export function ownProgram(): readonly [string, ...string[]] {
  if (OWN_FORM === "executable") return [process.execPath];
  return [process.execPath, ownPath(IS_CLONE ? "src/bin.cjs" : "bundle/bin.cjs")];
}

/** For a child that is this tool: Node keeps there what it has compiled. */
export function compiledBefore(): Readonly<Record<string, string>> {
  const found = getCompileCacheDir();
  return found === undefined ? {} : { NODE_COMPILE_CACHE: dirname(found) };
}

/** The name of a file inside the executable; undefined for every other path. */
export function nameInside(path: string): string | undefined {
  return path.startsWith(HERE) ? path.slice(HERE.length) : undefined;
}

/** Throws what the system says, or Node of a name that is not inside. */
export function readOwn(path: string): Buffer {
  const name = nameInside(path);
  return name === undefined ? readFileSync(path) : inside(name);
}

export function hasOwn(path: string): boolean {
  const name = nameInside(path);
  return name === undefined ? existsSync(path) : index().includes(name);
}

/** Names of the files in a directory; it ends with a slash. */
export function ownNames(directory: string): readonly string[] {
  const name = nameInside(directory);
  if (name === undefined) return readdirSync(directory);
  return index().flatMap((each) => (each.startsWith(name) ? [each.slice(name.length)] : []));
}

/** The code of a search's threads. Node cannot open a file that lies inside the executable. */
export function ownWorker(): { readonly source: string; readonly eval: boolean } {
  const path = ownPath(IS_CLONE ? "src/discovery/scan/worker.ts" : "bundle/worker.cjs");
  const name = nameInside(path);
  return name === undefined ? { source: path, eval: false } : { source: inside(name).toString("utf8"), eval: true };
}

const index = (): readonly string[] => JSON.parse(inside(INDEX).toString("utf8")) as readonly string[];

/** The bytes are those of the executable: they can be read, and not written. */
function inside(name: string): Buffer {
  return Buffer.from(process.getBuiltinModule("node:sea").getRawAsset(name));
}
