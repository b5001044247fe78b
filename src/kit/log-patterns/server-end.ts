/** Why PostgreSQL does not start or does not go on, in its own words (9.4 to 18). */
import { rows } from "./log-pattern.ts";

/** Said by this tool in the log of a server that it began, and ended before the disk was full. */
export const ENDED_FOR_ROOM = "the server was ended, so that the disk keeps room";

/** Any program's words for a full disk: ENOSPC, EDQUOT and EFBIG, as strerror of glibc and musl has them. */
const DISK_FULL = new RegExp(`no space left on device|quota exceeded|file too large|^${ENDED_FOR_ROOM}`, "imu");

/** Levels that end a query, a session or the server. psql repeats such a line behind its own name. */
export const LOUD = rows({
  inAnything: {
    means: "no-start",
    says: /\b(?:PANIC|FATAL|ERROR):/,
    tells: "the server complains",
    seen: "elog.c, send_message_to_server_log, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  /** Some lines of the level LOG tell the reason too. */
  inStart: {
    means: "no-start",
    says: /\b(?:PANIC|FATAL|ERROR):|\bLOG: {2}(?:invalid|could not)/,
    tells: "the line tells why the server does not start",
    seen: "elog.c, send_message_to_server_log, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
});

/** About the data: WAL, pages, files. */
export const NO_START = rows({
  checkpointUnreadable: {
    means: "no-start",
    says: /could not locate (?:a valid|required) checkpoint record|invalid (?:primary )?checkpoint record|could not open file "pg_(?:wal|xlog)\//iu,
    tells: "its WAL is missing or damaged, so that it cannot recover from its last checkpoint",
    seen: "xlog.c and xlogrecovery.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  otherRelease: {
    means: "no-start",
    says: /database files are incompatible with server|was initialized by PostgreSQL version/iu,
    tells: "its data are of another release, or of a server that was built differently",
    seen: "xlog.c, ReadControlFile; miscinit.c, ValidatePgVersion, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  libraryLacking: {
    means: "no-start",
    says: /could not access file "([^"]+)"/iu,
    tells: "it preloads a library that these programs do not have",
    seen: "dfmgr.c, internal_load_library, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  directoriesLacking: {
    means: "no-start",
    says: /could not open (?:file|directory) "pg_(?:notify|replslot|stat|commit_ts|twophase|logical|snapshots|tblspc|dynshmem|serial|subtrans|multixact|xact|clog)/iu,
    tells: "directories of it are missing: a copy left the empty ones out, or they were deleted",
    seen: "fd.c, AllocateDir and slru.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  pagesDamaged: {
    means: "no-start",
    says: /invalid page in block|checksum verification failed|could not read block/iu,
    tells: "pages of its catalogue are damaged",
    seen: "bufmgr.c and md.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  diskFull: {
    means: "no-start",
    says: DISK_FULL,
    tells: "the disk was full, or about to be",
    seen: "strerror in fd.c and xlog.c, PostgreSQL 9.4 to 18; kit/commands/kept-room-command.ts of this tool",
    from: "9.4",
  },
  filesForbidden: {
    means: "no-start",
    says: /permission denied/iu,
    tells: "it may not read its own files, even in the copy",
    seen: "strerror(EACCES) in fd.c",
    from: "9.4",
  },
});

/** About the machine that it was tried on: nothing of it tells of the data. */
export const MACHINE = rows({
  room: {
    means: "no-start",
    says: DISK_FULL,
    tells: "the machine has no room",
    seen: "strerror in fd.c and xlog.c, PostgreSQL 9.4 to 18; adapters/scratch/server.ts of this tool",
    from: "9.4",
  },
  sandbox: {
    means: "no-start",
    says: /^bwrap: /,
    tells: "the sandbox could not be made for it",
    seen: "die_with_error in utils.c of bubblewrap 0.8",
    from: "9.4",
  },
  memory: {
    means: "no-start",
    says: /Cannot allocate memory|could not (?:create|map) (?:anonymous )?shared memory|could not create semaphores/i,
    tells: "the machine has no memory for it",
    seen: "sysv_shmem.c and sysv_sema.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  files: {
    means: "no-start",
    says: /Too many open files|could not (?:create|bind|open) .{0,400}(?:socket|lock file)/i,
    tells: "the machine lets it open no more files or sockets",
    seen: "fd.c and pqcomm.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  libraries: {
    means: "no-start",
    says: /could not load library|could not access file "\$libdir/i,
    tells: "the machine lacks a library",
    seen: "dfmgr.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  rights: {
    means: "no-start",
    says: /has (?:group or world access|wrong ownership|invalid permissions)/i,
    tells: "the directory has owners or rights that PostgreSQL refuses",
    seen: "miscinit.c, checkDataDir, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  settings: {
    means: "no-start",
    says: /unrecognized configuration parameter|invalid value for parameter "(?:lc_|listen|unix)|database locale is incompatible/i,
    tells: "the machine or the server lacks a setting or a locale",
    seen: "guc.c, and postinit.c, CheckMyDatabase, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  release: {
    means: "no-start",
    says: /initialized by PostgreSQL version|database files are incompatible with server/i,
    tells: "the server is of another release than the data",
    seen: "miscinit.c, ValidatePgVersion, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
});
