/** The answers of PostgreSQL and libpq to a log-in. */
import { rows } from "./log-pattern.ts";

export const LOG_IN = rows({
  passwordRefused: {
    means: "refusal",
    says: /password authentication failed for user/,
    tells: "the password is another one",
    seen: "fixtures/logs/original-containers; auth.c, auth_failed",
    from: "9.4",
  },
  passwordLacking: {
    means: "refusal",
    says: /fe_sendauth: no password supplied/,
    tells: "the server asks for a password, and none was given",
    seen: "fe-auth.c of libpq, 9.4 to 18",
    from: "9.4",
  },
  lockedOut: {
    means: "refusal",
    says: /FATAL: {2}(?:(?:password|Peer|Ident)[a-z0-9 -]* authentication failed|no pg_hba\.conf entry|role ".{0,400}" does not exist|role ".{0,400}" is not permitted to log in)/iu,
    tells: "the server does not let this role in",
    seen: "auth.c and miscinit.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  socketLacking: {
    means: "refusal",
    says: /No such file or directory\s{1,80}Is the server running locally/u,
    tells: "the server's socket is not at its usual place (`unix_socket_directories`)",
    seen: "fe-connect.c of libpq, 9.4 to 18",
    from: "9.4",
  },
  databaseLacking: {
    means: "refusal",
    says: /FATAL: {2}database "postgres" does not exist/u,
    tells: "the database postgres was dropped",
    seen: "postinit.c, InitPostgres, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  notReady: {
    means: "refusal",
    says: /starting up|recovery mode|shutting down|not (?:yet )?accepting|No such file|refused|closed the connection|terminat/i,
    tells: "the server is on its way up or down",
    seen: "postmaster.c, and fe-connect.c of libpq, 9.5 to 18",
    from: "9.4",
  },
});

/** The answers to a query. */
export const QUERY = rows({
  tookTooLong: {
    means: "refusal",
    says: /statement timeout/i,
    tells: "the query came to its time limit",
    seen: "postgres.c, ProcessInterrupts, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  libraryLacking: {
    means: "refusal",
    says: /could not access file "([^"]{1,400})"/,
    tells: "the server does not have the library that it names",
    seen: "dfmgr.c, internal_load_library, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  /** At the entry of a database, and at the first comparison by a collation. */
  localeLacking: {
    means: "refusal",
    says: /(?:database locale is incompatible with operating system[\s\S]{1,80}initialized with LC_(?:COLLATE|CTYPE)|could not create locale) "([^"]{1,200})"/,
    tells: "the operating system under the server does not have the locale that it names",
    seen: "postinit.c, CheckMyDatabase, and pg_locale.c, report_newlocale_failure, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  isNone: {
    means: "refusal",
    says: /syntax error/i,
    tells: "the text is no query",
    seen: "scan.l behind parser.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  /** An error of the server, or libpq's words when the server ended while it answered. */
  failedThere: {
    means: "refusal",
    says: /\b(?:ERROR|FATAL|PANIC):|server closed the connection/,
    tells: "the server refused the query or ended in it",
    seen: "elog.c, send_message_to_frontend; fe-exec.c of libpq, 9.4 to 18",
    from: "9.4",
  },
});

/** The programs that are asked, and the lines by which they complain. */
export const CLIENTS = rows({
  /** Docker has exit codes 1 and 2 too. */
  psql: {
    means: "speaker",
    says: /^(?:psql:|(?:ERROR|FATAL|PANIC):)/m,
    tells: "psql, or the server through it, is who speaks",
    seen: "startup.c and common.c of psql, 9.4 to 18",
    from: "9.4",
  },
  pgRestore: {
    means: "speaker",
    says: /^pg_restore: /m,
    tells: "pg_restore is who speaks",
    seen: "pg_restore.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  /** Up to 11, each part of it signs with its name, and a title stands first. */
  pgRestoreComplains: {
    means: "refusal",
    says: /^pg_restore: (?:error: |\[[a-z ()]{1,40}\] (?!Error ))/u,
    tells: "an object of the dump did not come back",
    seen: "pg_backup_archiver.c, PostgreSQL 9.4 to 18",
    from: "9.4",
  },
  /** In 11 the program had another name. */
  pageUnfit: {
    means: "refusal",
    says: /^pg_checksums: error: (checksum verification failed in file|could not read block)/u,
    tells: "a page of the cluster does not fit its sum",
    seen: "scan_file in pg_checksums.c, PostgreSQL 12 to 18",
    from: "12.0",
  },
  /** That says nothing of the dump. */
  unconnected: {
    means: "out-of-reach",
    says: /^pg_restore: (?:error: |\[archiver \(db\)\] )connection to (?:server|database) |server closed the connection unexpectedly|no connection to the server/mu,
    tells: "pg_restore never came to its server, or lost it",
    seen: "pg_backup_db.c, and fe-misc.c of libpq, 9.4 to 18",
    from: "9.4",
  },
});
