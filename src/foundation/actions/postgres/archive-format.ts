/** Whether a pg_restore reads the archive of a pg_dump: it reads its own format and older ones. */

/** Minor release of an old series from which on it writes and reads format 1.13 (CVE-2018-1058). */
const SINCE_2018: Readonly<Record<string, number>> = { "9.3": 22, "9.4": 17, "9.5": 12, "9.6": 8, "10": 3 };
/** Major releases that came with a format of their own (pg_backup_archiver.h, K_VERS_1_14 to K_VERS_1_16). */
const LATER = [12, 16, 17] as const;

/** 13 for 1.13; of a release of pg_dump or pg_restore. */
export function formatOf(version: string): number {
  const [first = 0, second = 0, third = 0] = version.split(".").map(Number);
  const [series, minor] = first >= 10 ? [`${first}`, second] : [`${first}.${second}`, third];
  const since = SINCE_2018[series];
  if (since !== undefined) return minor >= since ? 13 : 12;
  return first < 10 ? 12 : 13 + LATER.filter((major) => first >= major).length;
}

const MAGIC = "PGDMP";

/** As its head says; undefined if it is no archive. */
export function formatIn(archive: Uint8Array): number | undefined {
  const [major, minor] = archive.subarray(MAGIC.length, MAGIC.length + 2);
  return Buffer.from(archive.subarray(0, MAGIC.length)).toString() === MAGIC && major === 1 ? minor : undefined;
}
