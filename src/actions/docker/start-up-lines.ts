/**
 * What a container says at start-up about what it is going to do (dingo.md §2.5, §3.4; real-parts.md §3). Prefixes
 * differ by release ("restore_leader_if_missing> ", "78218d-restore_leader_if_missing> "), the sentences do not.
 */
export type Decision = "restores" | "local-database" | "new-cluster" | "no-backup-archive" | "failed" | "undecided";

export interface StartUp {
  readonly decision: Decision;
  /** The line that says so. */
  readonly line: string;
}

const SENTENCES: readonly (readonly [Decision, RegExp])[] = [
  ["new-cluster", /initialized a new cluster|new cluster, no existing backup to restore/],
  ["failed", /system ID mismatch|missing \/sysids\/sysid/],
  ["local-database", /local database exists; no additional preparation required/],
  ["no-backup-archive", /Disabling wal-e archives|Cannot access AWS S3/],
  ["restores", /preparing patroni to restore this container from wal-e backups/],
];

/** The worst sentence wins: a container that both prepares a restore and initialises a cluster has failed. */
export function readStartUp(lines: readonly string[]): StartUp {
  for (const [decision, sentence] of SENTENCES) {
    const line = lines.find((each) => sentence.test(each));
    if (line !== undefined) return { decision, line: line.trim() };
  }
  // With the leader key still alive nothing is prepared, yet Patroni restores all the same (real-parts.md §3.3).
  const leader = lines.find((each) => /leader exists/.test(each));
  if (leader !== undefined) return { decision: "restores", line: leader.trim() };
  return { decision: "undecided", line: "" };
}
