/** Who runs a server on this machine: PostgreSQL refuses root, so root lends it an account that owns nothing. */
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface Account {
  readonly name: string;
  /** Undefined: the account that this process has. */
  readonly as: { readonly uid: number; readonly gid: number } | undefined;
}

/** Whether another account can go through every directory on the way there. */
export const othersReach = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false }) !== undefined && closedOn(path) === undefined;

/**
 * The directory on the way there that another account cannot pass; a directory that is not there yet closes nothing.
 */
export function closedOn(path: string): string | undefined {
  const { mode } = statSync(path, { throwIfNoEntry: false }) ?? { mode: 0o001 };
  if ((mode & 0o001) === 0) return path;
  return dirname(path) === path ? undefined : closedOn(dirname(path));
}

/**
 * Without a name on this machine, so that nothing belongs to it: `postgres` owns the living cluster of a database host. The
 * numbers lie above those that systemd gives out (61184 to 65519) and below those of namespaces.
 */
const FREE = [65_533, 65_532, 65_531, 65_530, 65_529, 65_528];

export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return { name: "the own account", as: undefined };
  const passwd = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const taken = new Set(passwd.map(([, , uid]) => Number(uid)));
  const free = FREE.find((uid) => !taken.has(uid));
  if (free === undefined) return { name: "nobody", as: { uid: 65_534, gid: 65_534 } };
  return { name: `uid ${free}, an account that nobody has`, as: { uid: free, gid: free } };
}
