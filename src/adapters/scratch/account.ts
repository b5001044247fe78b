/** Who runs a server on this machine: PostgreSQL refuses root, so root lends it an account that owns nothing of worth. */
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface Account {
  readonly name: string;
  /** Undefined: the account that this process has. */
  readonly as: { readonly uid: number; readonly gid: number } | undefined;
}

/** Whether another account can go through every directory on the way there. */
export function othersReach(path: string): boolean {
  const { mode } = statSync(path, { throwIfNoEntry: false }) ?? { mode: 0 };
  return (mode & 0o001) !== 0 && (dirname(path) === path || othersReach(dirname(path)));
}

const LENT = ["postgres", "nobody"];

export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return { name: "the own account", as: undefined };
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of LENT) {
    const [, , uid, gid] = lines.find(([known]) => known === name) ?? [];
    if (Number(uid) > 0) return { name, as: { uid: Number(uid), gid: Number(gid) } };
  }
  return { name: "uid 65534", as: { uid: 65_534, gid: 65_534 } };
}
