/**
 * Files that travel with the program: in a package they lie beside it, in the single executable inside it. There a file's
 * path begins with that of the executable (`/opt/dingo-recover/runbooks/drill.yml`), which no file on a disk can have.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";

/** Names of all files inside, as a JSON list (build/executable.mjs). */
const INDEX = "index.json";
const HERE = `${process.execPath}/`;

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

/** A module of ours as a worker is made of it: those inside are no files that Node could open. */
export function ownWorker(url: URL): { readonly source: string | URL; readonly eval: boolean } {
  const name = nameInside(decodeURIComponent(url.pathname));
  return name === undefined ? { source: url, eval: false } : { source: inside(name).toString("utf8"), eval: true };
}

const index = (): readonly string[] => JSON.parse(inside(INDEX).toString("utf8")) as readonly string[];

/** The bytes are those of the executable: they can be read, and not written. */
function inside(name: string): Buffer {
  return Buffer.from(process.getBuiltinModule("node:sea").getRawAsset(name));
}
