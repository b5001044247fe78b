/**
 * Where a member of a base backup goes in the data directory that is made of it. A name never leads out of it: links are
 * made when all files are written, and nothing is written through one.
 */
import { Damaged } from "../../kit/damaged.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { TarMember } from "./members.ts";

/**
 * The directory for the restore's own files, in the data directory: PostgreSQL looks at no name that it does not know.
 */
export const OWN_DIRECTORY = "dingo-recover";

/** Where the contents of tablespaces lie; a link of the tablespace's number leads there. */
export const TABLESPACES = `${OWN_DIRECTORY}/tablespaces`;

export type Place =
  /** Path below the data directory; "" is the directory itself. */
  | { readonly kind: "keep"; readonly path: string }
  /** The same, in the tablespace of this number. */
  | { readonly kind: "tablespace"; readonly path: string; readonly tablespace: string }
  /** Of no use for, or in the way of, a server that starts elsewhere: `aside` is kept for the reader, the rest is left out. */
  | { readonly kind: "aside"; readonly path: string }
  | { readonly kind: "leave-out"; readonly path: string };

/** Settings and signals of the old host, which a start here must not meet (wal-archives.md §5). */
const ASIDE: ReadonlySet<string> = new Set([
  "postgresql.conf",
  "postgresql.auto.conf",
  "pg_hba.conf",
  "pg_ident.conf",
  "recovery.conf",
  "recovery.done",
  // It would lead each tablespace back to where it lay on the old host.
  "tablespace_map",
]);
const LEAVE_OUT: ReadonlySet<string> = new Set([
  "postmaster.pid",
  "postmaster.opts",
  "recovery.signal",
  "standby.signal",
  "promote",
  "fallback_promote",
  "failover.signal",
]);
/** Their contents belong to the old server: its WAL, its replication slots, its temporary statistics. */
const EMPTIED: ReadonlySet<string> = new Set(["pg_wal", "pg_xlog", "pg_replslot", "pg_stat_tmp", OWN_DIRECTORY]);

/** `rooted`: WAL-G writes every name with one slash before it. Throws Damaged for a name that leads elsewhere. */
export function placeOf(name: string, rooted: boolean): Place {
  const path = cleaned(rooted && name.startsWith("/") ? name.slice(1) : name);
  if (ASIDE.has(path)) return { kind: "aside", path };
  const [top = "", ...rest] = path.split("/");
  const tablespace = top === "pg_tblspc" ? rest[0] : undefined;
  if (tablespace !== undefined && /^[0-9]+$/.test(tablespace))
    return { kind: "tablespace", path: [TABLESPACES, ...rest].join("/"), tablespace };
  if (LEAVE_OUT.has(path) || (EMPTIED.has(top) && (rest.length > 0 || top === OWN_DIRECTORY)))
    return { kind: "leave-out", path };
  return { kind: "keep", path };
}

/** The path that no other member may take; undefined for a directory and for one that is left out. */
export function fileAt({ kind, name }: TarMember, rooted: boolean): string | undefined {
  const place = placeOf(name, rooted);
  const isLeftOut = place.kind === "leave-out" || (kind === "link" && place.kind !== "keep");
  return kind === "directory" || isLeftOut ? undefined : place.path;
}

export const heldTwice = (path: string): Damaged => new Damaged("wrong", `it holds ${quoted(path)} twice`);

function cleaned(name: string): string {
  const path = name.replace(/^(?:\.\/+)+/, "").replace(/(?<!\/)\/+$/, "");
  // The data directory itself, which has no name: Python's tarfile puts the slash of a directory behind it.
  if (path === "." || path === "") return "";
  const isHarmless = path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!isHarmless || path.includes("\0")) throw leadsOut(name);
  return path;
}

function leadsOut(name: string): Damaged {
  return new Damaged("wrong", `it holds a member that leads out of the data directory, ${quoted(name)}`);
}

/** Whether a link of this target, in a real directory at this path, stays inside: it may go up only before it goes down. */
export function staysInside(path: string, target: string): boolean {
  if (target === "" || target.startsWith("/") || target.includes("\0")) return false;
  const parts = target.split("/").filter((part) => part !== "" && part !== ".");
  const down = parts.findIndex((part) => part !== "..");
  const up = down === -1 ? parts.length : down;
  return up < path.split("/").length && !parts.slice(up).includes("..");
}
