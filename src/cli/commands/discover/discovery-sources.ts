/** Sources of `discover` that are files or a bucket: what `inventory` wrote, and the broker's own records. */
import { readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { codeOf, expandGlob, IS_NO_FILE, isGlob } from "../../../discovery/adapters/logs/glob.ts";
import { reasonFor } from "../../../discovery/adapters/logs/reason.ts";
import type { Clusterdata } from "../../../discovery/sources/from-clusterdata.ts";
import type { InventoryFiles } from "../../../discovery/sources/from-inventory.ts";
import { refuse } from "../../../errors.ts";
import type { ArchiveStore } from "../../../ports/object-store.ts";
import { quoted } from "../../../kit/text/printable.ts";

/** Years of surveys; more is some other file. */
const LARGEST = 256 * 1024 * 1024;

/** Undefined if none was named. Files may be packed with gzip, as rotation leaves them. */
export async function inventoryFiles(patterns: readonly string[]): Promise<InventoryFiles | undefined> {
  if (patterns.length === 0) return undefined;
  const files: InventoryFiles["files"][number][] = [];
  const unreadable: InventoryFiles["unreadable"][number][] = [];
  for (const path of await pathsOf(patterns, unreadable)) {
    try {
      files.push({ path, text: readText(path) });
    } catch (thrown) {
      unreadable.push({ path, why: reasonFor(codeOf(thrown)) });
    }
  }
  return { files, unreadable };
}

async function pathsOf(
  patterns: readonly string[],
  unreadable: { path: string; why: string }[],
): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    const found = isGlob(pattern) ? expandGlob(pattern) : { paths: [pattern], unreadable: [] };
    for (const path of found.paths)
      if (isGlob(pattern) && statSync(path, { throwIfNoEntry: false })?.isFile() === false)
        unreadable.push({ path, why: IS_NO_FILE });
      else paths.add(path);
    unreadable.push(...found.unreadable);
    if (found.paths.length === 0) unreadable.push({ path: pattern, why: "no file fits this pattern" });
  }
  return paths;
}

function readText(path: string): string {
  if (statSync(path).size > LARGEST) throw Object.assign(new Error("too large"), { code: "EFBIG" });
  const bytes = readFileSync(path);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (packed ? gunzipSync(bytes, { maxOutputLength: LARGEST }) : bytes).toString("utf8");
}

/** Throws `usage` for anything but `s3://BUCKET`. */
export function clusterdataOf(location: string, store: ArchiveStore): Clusterdata {
  const bucket = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{2,62})\/?$/u.exec(location)?.[1];
  if (bucket !== undefined) return { reader: store.reader(), bucket };
  throw refuse("usage", `${quoted(location)} is no bucket`).advise(
    "Write --clusterdata s3://BUCKET: the records lie at its top.",
  );
}
