/**
 * The files that each tar file of WAL-G's base backups must hold, by its own lists: `Files` names those that were packed or
 * skipped, `TarFileSets` the tar file that each was meant for. A file that was gone before it was packed stands in the
 * second alone (WAL-G v0.2.19 internal/tar_ball_file_packer.go).
 */
import { isFields } from "../../kit/json.ts";
import { Damaged } from "../../kit/damaged.ts";
import type { ObjectInfo, ObjectReader } from "../../ports/object-store.ts";
import { exactJson } from "../names/exact-json.ts";
import { plainKind } from "../names/layout.ts";
import { placeOf } from "../tar/place.ts";
import type { ArchiveFacts } from "./archive-facts.ts";

/** By name of the tar file: paths in the data directory. */
export type Listed = ReadonlyMap<string, ReadonlySet<string>>;

/** The objects that list files, as far as they were read before. */
export function listsOf({ entries, texts }: ArchiveFacts, base: string): readonly ObjectInfo[] {
  return entries.flatMap(({ kind, relative, info }) => {
    const plain = plainKind(kind);
    const isList = plain.kind === "files-metadata" || (plain.kind === "sentinel" && plain.base.offset === undefined);
    return isList && plain.base.name === base && typeof texts.get(relative) === "string" ? [info] : [];
  });
}

/** Errors: those of the store. Throws Damaged for a name that leads out of the data directory. */
export async function listedFiles(reader: ObjectReader, bucket: string, lists: readonly ObjectInfo[]): Promise<Listed> {
  const listed = new Map<string, ReadonlySet<string>>();
  for (const { key, etag, size } of lists) {
    const bytes = await reader.get({ bucket, key }, { ifMatch: etag, size });
    const { Files: files, TarFileSets: sets } = exactJson(Buffer.from(bytes).toString("utf8")) ?? {};
    if (!isFields(files) || !isFields(sets)) continue;
    for (const [tar, names] of Object.entries(sets)) {
      const packed = (Array.isArray(names) ? names.map(String) : []).filter((name) => isPacked(files[name]));
      listed.set(tar, new Set(packed.map((name) => placeOf(name, true).path)));
    }
  }
  return listed;
}

const isPacked = (file: unknown): boolean => isFields(file) && file["IsSkipped"] !== true;

/** Throws Damaged if a file that must be in the tar file is not among its members. */
export function requireListed(listed: ReadonlySet<string> | undefined, members: ReadonlySet<string>): void {
  const missing = [...(listed ?? [])].find((path) => !members.has(path));
  if (missing !== undefined)
    throw new Damaged("wrong", `it lacks ${JSON.stringify(missing)}, which the base backup lists`);
}
