/** Who runs a server on this machine: PostgreSQL refuses root, so root lends it an account that owns nothing of worth. */
import { readFile } from "node:fs/promises";

export interface Account {
  readonly name: string;
  /** Undefined: the account that this process has. */
  readonly as: { readonly uid: number; readonly gid: number } | undefined;
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
