/**
 * The files of this machine that a sandbox shows: programs and their libraries, and nothing that somebody may have put
 * a secret into.
 */
import { lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Of the distribution: nobody but root writes there, and packages put no secret there. */
const SYSTEM = ["/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share", "/usr/local/lib"];
/** Links into /usr since the merge of the two; directories before. */
const ROOTS = ["/bin", "/lib", "/lib32", "/lib64"];
/** For the loader, for Debian's chooser of clients, and for the time zone. */
const SETTINGS = ["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/perl"];
/** Not the directory of the first: a `pg_service.conf` there can hold passwords. */
const OF_CHOOSER = ["/etc/postgresql-common/user_clusters", "/etc/alternatives"];
/**
 * Directories beside the `bin` of a PostgreSQL that was installed apart. The last is a person's own when `bin` is
 * ~/.local/bin.
 */
const BESIDE = ["lib", "lib64", "share/postgresql"];
/** Lies in `share` itself when nothing else was installed there. */
const OF_SERVER = "share/postgres.bki";

export interface Shown {
  /** Pairs of a path on this machine and its path inside. */
  readonly mounts: readonly { readonly from: string; readonly to: string }[];
  readonly links: readonly { readonly to: string; readonly at: string }[];
}

/** `program`: absolute path. */
export function shownFor(program: string): Shown {
  const roots = ROOTS.filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
  const isLink = (path: string): boolean => lstatSync(path).isSymbolicLink();
  const system = [...SYSTEM, ...roots.filter((path) => !isLink(path)), ...SETTINGS, ...OF_CHOOSER].filter(isThere);
  return {
    mounts: [...system.map((path) => ({ from: path, to: path })), ...ownFiles(program, [...system, ...roots])],
    links: roots.filter(isLink).map((at) => ({ to: readlinkSync(at), at })),
  };
}

/** A program may be named through a link: both its directories count, that of the name and that of the file. */
function ownFiles(program: string, shown: readonly string[]): Shown["mounts"] {
  const directories = new Set([dirname(program), dirname(realpathSync(program))]);
  const paths = [...directories].flatMap((bin) => {
    const home = dirname(bin);
    const beside = isThere(join(home, OF_SERVER)) ? [...BESIDE, "share"] : BESIDE;
    return [bin, ...beside.map((name) => join(home, name))];
  });
  return paths
    .filter((path) => isThere(path) && !shown.some((one) => path === one || path.startsWith(`${one}/`)))
    .filter((path) => dirname(path) !== path)
    .map((path) => ({ from: realpathSync(path), to: path }));
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;
