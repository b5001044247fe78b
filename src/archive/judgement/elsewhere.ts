/**
 * A prefix that is a part too short or too long (`backups/GUID` in place of `backups/GUID/wal`) holds objects of an
 * archive and is none itself: "not restorable" would judge objects that nobody has looked at.
 */
import type { ArchiveFacts } from "../reading/facts.ts";
import { problem, type Problem } from "./problem.ts";

const BELOW = /^(.+?)\/(?:basebackups_005|wal_005)\//;
const ABOVE = /^(.+?)\/(?:basebackups_005|wal_005)(?:\/|$)/;

/** At most one finding, and none if anything here is of an archive. */
export function elsewhere({ location, entries }: ArchiveFacts): readonly Problem[] {
  if (!entries.every(({ kind }) => kind.kind === "unknown")) return [];
  const { bucket, prefix } = location;
  const above = ABOVE.exec(prefix)?.[1];
  const below = entries
    .flatMap(({ relative }) => BELOW.exec(relative)?.[1] ?? [])
    .map((folder) => `${prefix}/${folder}`);
  const [first, ...others] = above === undefined ? new Set(below) : [above];
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : `, and ${others.length} more below this prefix`;
  const place = JSON.stringify(`s3://${bucket}/${first}`);
  return [problem("archive-elsewhere", "", `this prefix is not an archive; name the one at ${place}${more}`)];
}
