/**
 * The manifest of a copy: the source's objects and their dates, which no copy keeps (wal-archives.md §4). It lies
 * beside the target, never inside it, where WAL-E would stumble over it; its name follows from its content, so that a
 * copy that is run again writes the same.
 */
import { createHash } from "node:crypto";
import { giveUp } from "../../errors.ts";
import type { SharedPlace } from "../../ports/shared-place.ts";
import { type ArchiveLocation, formatLocation, parseLocation, requireApart } from "../names/location.ts";
import { type Baseline, formatListing } from "./baseline.ts";

export interface ManifestPlace {
  /** The folder, which is opened as a separate place. */
  readonly folder: ArchiveLocation;
  readonly name: string;
  readonly content: string;
}

/** Throws `source-protected` if it would lie inside the source. */
export function manifestOf(source: Baseline, target: ArchiveLocation): ManifestPlace {
  const parts = target.prefix.split("/");
  const folder = parseLocation(
    `s3://${target.bucket}/${[...parts.slice(0, -1), "dingo-recover", "manifests"].join("/")}`,
  );
  requireApart(source.location, folder);
  const content = formatListing(source);
  const mark = createHash("sha256")
    .update(`${formatLocation(target)}\n${content}`)
    .digest("hex")
    .slice(0, 16);
  return { folder, name: `${parts.at(-1) ?? ""}-${mark}.jsonl`, content };
}

/** Returns the manifest's address. A manifest that is already there under that name has the same content. */
export async function keepManifest(place: SharedPlace, { name, content }: ManifestPlace): Promise<string> {
  const written = await place.write(name, content, "any");
  if (written.is === "written") return `${place.location}/${name}`;
  throw giveUp("unreachable", "the manifest of the copy cannot be written")
    .at(`${place.location}/${name}`)
    .advise("Use credentials that may write beside the target.");
}
