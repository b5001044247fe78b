/** The answer of the script that looks into directories (`LOOK_SCRIPT`): fields that end in NUL. */
import type { DiskSpace, Looked, LookedEntry, LookedFile, Measured, Searched } from "../../ports/docker-host.ts";

export interface LookTerms {
  /** As in `LookCall`. */
  readonly nameBytes: number;
  readonly entries: number;
}

/** One answer for each key, in their order; an answer that was cut is unknown. */
export function readLooks(stdout: string, keys: readonly string[], terms: LookTerms): readonly Looked[] {
  return perKey(stdout, keys, (key, fields) => readLook(key, fields, terms));
}

/** Paths without "./" at their beginning. */
export function readSearches(stdout: string, keys: readonly string[], pathBytes: number): readonly Searched[] {
  return perKey(stdout, keys, (key, [first = "", ...fields]): Searched => {
    if (first === "A") return { state: "absent", key };
    const end = fields.indexOf("");
    if (first !== "P" || end < 0)
      return { state: "unknown", key, why: first.startsWith("U") ? first.slice(1) : "the answer is not understood" };
    const listed = fields.slice(0, end);
    if (listed.includes("!")) return { state: "unknown", key, why: "not all of it can be searched" };
    const bytes = listed.reduce((total, path) => total + Buffer.byteLength(path) + 1, 0);
    const more = bytes >= pathBytes;
    const whole = (more ? listed.slice(0, -1) : listed).filter((path) => path !== "~");
    const deeper = listed.includes("~") ? { deeper: true } : {};
    return { state: "seen", key, paths: whole.map((path) => path.replace(/^\.\//, "")), more, ...deeper };
  });
}

/** Of `MEASURE_SCRIPT`. */
export function readSizes(stdout: string, keys: readonly string[]): readonly Measured[] {
  const lines = stdout.trim().split("\n").map(Number);
  return keys.map((key, index): Measured => {
    const kilobytes = lines[index] ?? 0;
    if (kilobytes > 0) return { state: "seen", key, bytes: kilobytes * 1024 };
    return { state: "unknown", key, why: "it cannot be measured" };
  });
}

function perKey<T>(
  stdout: string,
  keys: readonly string[],
  read: (key: string, fields: readonly string[]) => T,
): readonly (T | { readonly state: "unknown"; readonly key: string; readonly why: string })[] {
  const fields = stdout.split("\0");
  let at = 0;
  return keys.map((key) => {
    const end = fields.indexOf("=", at);
    if (end < 0) return { state: "unknown", key, why: "the answer was cut" };
    const own = fields.slice(at, end);
    at = end + 1;
    return read(key, own);
  });
}

function readLook(key: string, fields: readonly string[], terms: LookTerms): Looked {
  const [first = ""] = fields;
  const rest = first.slice(1);
  switch (first[0]) {
    case "A":
      return { state: "absent", key };
    case "F":
      return { state: "file", key, size: Number(rest) };
    case "S":
      return readDirectory(key, fields, terms);
    default:
      return { state: "unknown", key, why: first.startsWith("U") ? rest : "the answer is not understood" };
  }
}

interface Stat {
  readonly kind: number;
  readonly uid: number;
  readonly mode: string;
  readonly modified: number;
  readonly size: number;
}

function readDirectory(key: string, fields: readonly string[], terms: LookTerms): Looked {
  const stats = readStats(fields[0]?.slice(1) ?? "");
  const own = stats.get(".");
  const begin = fields.indexOf("E");
  const end = fields.indexOf("", begin + 1);
  if (own === undefined || begin < 0 || end < 0) return { state: "unknown", key, why: "the answer is not understood" };
  const listed = fields.slice(begin + 1, end);
  if (listed.includes("!")) return { state: "unknown", key, why: "it cannot be listed in full" };
  const wanted = readFiles(fields.slice(end + 1), stats);
  return {
    state: "seen",
    key,
    ...readNames(listed, terms),
    ...wanted,
    uid: own.uid,
    mode: own.mode,
    modified: own.modified,
    space: readSpace(fields.find((field) => field.startsWith("D"))?.slice(1) ?? ""),
  };
}

function readStats(text: string): ReadonlyMap<string, Stat> {
  const lines = text.split("\n").flatMap((line) => {
    const [, kind = "", uid, mode = "", modified, size, name = ""] =
      /^([0-9a-f]+) (\d+) (\d+) (-?\d+) (\d+) (.+)$/.exec(line) ?? [];
    if (kind === "") return [];
    const stat = { kind: Number.parseInt(kind, 16), uid: Number(uid), mode, modified: Number(modified) };
    return [[name, { ...stat, size: Number(size) }] as const];
  });
  return new Map(lines);
}

const BY_TIMES: readonly LookedEntry["kind"][] = ["file", "directory", "other"];

/** The count of a name tells its kind: nobody knows that of the last name before a cut. */
function repeated(fields: readonly string[], isCut: boolean): LookedEntry[] {
  const names: { name: string; times: number }[] = [];
  for (const field of fields) {
    const [name, last] = [field.replace(/^\.\//, ""), names.at(-1)];
    if (last?.name === name) last.times += 1;
    else names.push({ name, times: 1 });
  }
  const known = isCut ? names.slice(0, -1) : names;
  return known.map(({ name, times }) => ({ name, kind: BY_TIMES[times - 1] ?? "other" }));
}

/** When the names fill all the room, the last one may be cut. */
function readNames(listed: readonly string[], { nameBytes, entries }: LookTerms) {
  const bytes = listed.reduce((total, name) => total + Buffer.byteLength(name) + 1, 0);
  const full = bytes >= nameBytes;
  const whole = full ? listed.slice(0, -1) : listed;
  const names = repeated(whole, full);
  names.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { entries: names.slice(0, entries), more: full || names.length > entries };
}

const ORDINARY = 0x8000;
const KIND_BITS = 0xf000;

function readFiles(fields: readonly string[], stats: ReadonlyMap<string, Stat>) {
  const files: LookedFile[] = [];
  const unread: string[] = [];
  const links = new Map<string, string>();
  for (let at = 0; at < fields.length; at += 1) {
    const [tag, path] = [fields[at]?.[0], fields[at]?.slice(1) ?? ""];
    if (tag === "u") unread.push(path);
    if (tag === "l") links.set(unread.at(-1) ?? "", path);
    if (tag !== "f") continue;
    at += 1;
    const content = readBytes(fields[at] ?? "!");
    const stat = stats.get(path);
    if (stat === undefined || content === undefined || (stat.kind & KIND_BITS) !== ORDINARY) unread.push(path);
    else files.push({ path, size: stat.size, modified: stat.modified, uid: stat.uid, content });
  }
  return { files, unread, links };
}

/** Undefined if something else stands there than pairs of digits. */
function readBytes(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "");
  return /^(?:[0-9a-f]{2})*$/.test(digits) ? Buffer.from(digits, "hex") : undefined;
}

function readSpace(text: string): DiskSpace | undefined {
  const [, block, blocks, free, inodes, freeInodes] = /^(\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(text.trim()) ?? [];
  if (block === undefined) return undefined;
  const size = Number(block);
  // File systems that make inodes as they need them say 0.
  const counted = Number(inodes) > 0;
  return {
    bytes: size * Number(blocks),
    free: size * Number(free),
    inodes: counted ? Number(inodes) : undefined,
    freeInodes: counted ? Number(freeInodes) : undefined,
  };
}
