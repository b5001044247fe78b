/** Lines of PostgreSQL and wal-e while a database is restored and recovered (real-parts.md §3.4, wal-archives.md §7). */
import { rows } from "./log-pattern.ts";

const CAPTURED = "fixtures/logs/original-containers";

/** PostgreSQL's own lines; a `log_line_prefix` may stand before them. */
const byServer = (text: string): RegExp => new RegExp(`^(?:\\S+ ){0,4}${text}`);

export const RECOVERY = rows({
  segmentRestored: {
    means: "restore",
    says: byServer('LOG: {2}restored log file "([0-9A-F]{24})" from archive'),
    tells: "a segment was restored",
    seen: CAPTURED,
    from: "0.1.0",
  },
  /** `complete wal restore` follows all the same (WAL-E 0.9.2, operator/backup.py). */
  segmentNotLocated: {
    means: "restore",
    says: /^ +DETAIL: The absolute URI that could not be located is \S*\/([0-9A-F]{24})\.lzo\.$/,
    tells: "wal-e did not find a segment",
    seen: CAPTURED,
    from: "0.1.0",
  },
  lastTransaction: {
    means: "recovered",
    says: byServer("LOG: {2}last completed transaction was at log time (.+)$"),
    tells: "the last transaction that was recovered",
    seen: CAPTURED,
    from: "0.1.0",
  },
  stoppedBefore: {
    means: "recovered",
    says: byServer("LOG: {2}recovery stopping before (?:commit|abort)(?: prepared)? of transaction \\d+, time (.+)$"),
    tells: "the recovery stopped at its target",
    seen: "xlog.c, recoveryStopsBefore, PostgreSQL 9.5 to 18",
    from: "9.5",
  },
  newTimeline: {
    means: "recovered",
    says: byServer("LOG: {2}selected new timeline ID: (\\d+)"),
    tells: "the timeline after the recovery",
    seen: CAPTURED,
    from: "0.1.0",
  },
  recoveryComplete: {
    means: "recovered",
    says: byServer("LOG: {2}archive recovery complete$"),
    tells: "the recovery came to its end",
    seen: CAPTURED,
    from: "0.1.0",
  },
  /** Not said of a standby, which takes reads only. */
  takesWrites: {
    means: "recovered",
    says: byServer("LOG: {2}database system is ready to accept connections$"),
    tells: "the server takes writes",
    seen: CAPTURED,
    from: "0.1.0",
  },
  systemIdPrinted: {
    means: "identity",
    says: /^Database system identifier: +(\d{10,20})$/,
    tells: "the database's system identifier",
    seen: CAPTURED,
    from: "0.1.0",
  },
  /**
   * wal-e leaves the configuration out, and Patroni puts it back from its own copies. A base backup of the first second
   * after the server's start lacks them.
   */
  configurationLacking: {
    means: "went-wrong",
    says: /^(?:\S+ ){0,4}(?:FATAL: {2})?(?:postgres: )?could not access the server configuration file/,
    tells: "the base backup lacks the server's configuration",
    seen: "guc.c, SelectConfigFiles, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  walEndsEarly: {
    means: "went-wrong",
    says: byServer("FATAL: {2}WAL ends before end of online backup"),
    tells: "the archive ends before its base backup does",
    seen: "xlog.c, StartupXLOG, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  /** There is no `backup_label`, or its end was reached before: `minRecoveryPoint` of pg_control asks for more. */
  consistencyUnreached: {
    means: "went-wrong",
    says: byServer("FATAL: {2}WAL ends before consistent recovery point"),
    tells: "the archive ends before the newest page of what was restored",
    seen: "fixtures/server-logs (15.18); xlog.c, StartupXLOG, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  checkpointLacking: {
    means: "went-wrong",
    says: byServer("FATAL: {2}could not locate required checkpoint record"),
    tells: "the first segment of the base backup is missing",
    seen: "xlog.c, StartupXLOG, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
});

/**
 * An orderly end: the open segment goes to the archive (real-parts.md §2; xlog.c, ShutdownXLOG), and the server's process
 * ends after its archiver.
 */
export const SHUT_DOWN = rows({
  asked: {
    means: "shut-down",
    says: /^SIGTERM received$/,
    tells: "the container was asked to end",
    seen: CAPTURED,
    from: "0.8.1",
  },
  began: {
    means: "shut-down",
    says: byServer("LOG: {2}received (?:fast|smart) shutdown request$"),
    tells: "PostgreSQL was asked to end",
    seen: CAPTURED,
    from: "0.1.0",
  },
  ended: {
    means: "shut-down",
    says: byServer("LOG: {2}database system is shut down$"),
    tells: "PostgreSQL came to its end",
    seen: CAPTURED,
    from: "0.1.0",
  },
  /** pg_ctl; the line before can come while the archiver still works. */
  left: {
    means: "shut-down",
    says: /^server stopped$/,
    tells: "the server's process is gone",
    seen: CAPTURED,
    from: "0.1.0",
  },
  /** The archiver gives up after three tries at an end, and the end is said all the same (pgarch.c, pgarch_ArchiverCopyLoop). */
  archiveFailed: {
    means: "shut-down",
    says: byServer("(?:LOG|FATAL): {2}archive command (?:failed|was terminated)"),
    tells: "a segment was not archived",
    seen: "pgarch.c, pgarch_archiveXlog, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
});
