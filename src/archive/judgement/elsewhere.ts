/**
 * A prefix that is a part too short or too long (`backups/GUID` in place of `backups/GUID/wal`) holds objects of an
 * archive and is none itself: "not restorable" would judge objects that nobody has looked at.
 */
import { keyIn } from "../names/location.ts";
import type { ArchiveFacts } from "../reading/facts.ts";
import { problem, type Problem } from "./problem.ts";

const BELOW = /^(.+?)\/(?:basebackups_005|wal_005)\//;
const ABOVE = /^(.+?)\/(?:basebackups_005|wal_005)(?:\/|$)/;

/**
 * Archives below an archive, as a version of PostgreSQL may have one in its own folder: the youngest first. The one that was
 * named may be an old one.
 */
export function nested({ location, entries }: ArchiveFacts): readonly Problem[] {
  const others = entries.filter(({ kind }) => kind.kind === "unknown");
  if (others.every(({ relative }) => archiveAround(relative) === undefined)) return [];
  const last = new Map<string, string>();
  for (const { relative, kind, info } of entries) {
    const folder = kind.kind === "unknown" ? archiveAround(relative) : "";
    if (folder !== undefined && (last.get(folder) ?? "") < info.lastModified) last.set(folder, info.lastModified);
  }
  const { "": own, ...below } = Object.fromEntries(last);
  if (own === undefined) return [];
  return Object.entries(below)
    .sort(([, a], [, b]) => (a < b ? 1 : -1))
    .map(([folder, at]) => {
      const place = JSON.stringify(`s3://${location.bucket}/${keyIn(location, folder)}`);
      const which = at > own ? "a younger archive" : "an older archive";
      const text = `${which} lies below this one, at ${place}: its last object is of ${at}, the last one here of ${own}`;
      return problem("archive-nested", folder, text);
    });
}

/** The folder of another archive, in which the object lies; undefined if it lies in none. */
export const archiveAround = (relative: string): string | undefined =>
  /^(.+?)\/(?:(?:basebackups|wal)_005\/|sysids\/sysid$)/.exec(relative)?.[1];

/** At most one finding, and none if anything here is of an archive. */
export function elsewhere({ location, entries }: ArchiveFacts): readonly Problem[] {
  if (!entries.every(({ kind }) => kind.kind === "unknown")) return [];
  const { bucket, prefix } = location;
  const above = ABOVE.exec(prefix)?.[1];
  const below = entries
    .flatMap(({ relative }) => BELOW.exec(relative)?.[1] ?? [])
    .map((folder) => keyIn(location, folder));
  const [first, ...others] = above === undefined ? new Set(below) : [above];
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : `, and ${others.length} more below this prefix`;
  const place = JSON.stringify(`s3://${bucket}/${first}`);
  return [problem("archive-elsewhere", "", `this prefix is not an archive; name the one at ${place}${more}`)];
}
