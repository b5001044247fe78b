/**
 * Names by which an archive of WAL-E or WAL-G is known wherever it lies (wal-archives.md §1): `wal_005/` and
 * `basebackups_005/`, Dingo's `sysids/` beside them; and Dingo's own place for all three, `backups/GUID/wal`.
 */
import { spellings } from "../../kit/text/key-path.ts";

/** The folders of an archive; the number is WAL-E's storage version. */
export const ARCHIVE_FOLDERS = ["wal_005", "basebackups_005", "sysids"] as const;

/** Some stores lie on file systems that know no case, or no dot or blank at the end of a name. */
const FOLDER = /^(?:(?:wal|basebackups)_\d+|sysids)[. ]*$/iu;
const DINGOS = /^\/*backups[. ]*\/+[^/]+\/+wal[. ]*(?=\/|$)/iu;

/**
 * The part of the key, in any spelling, by which it lies in an archive or is one; undefined if its name says nothing.
 */
export function archivePartOf(key: string): string | undefined {
  for (const spelling of spellings(key)) {
    const part = DINGOS.exec(spelling)?.[0] ?? spelling.split("/").find((each) => FOLDER.test(each));
    if (part !== undefined) return part;
  }
  return undefined;
}
