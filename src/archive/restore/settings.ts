/**
 * The settings with which a stock PostgreSQL of the backup's release starts and recovers. `recovery.conf` up to 11, and
 * `recovery.signal` since 12, make it wait for the archive (PostgreSQL 12 release notes, E.24.2). The rest stands in
 * `postgresql.auto.conf`, which outweighs any other file.
 */
import { OWN_DIRECTORY } from "../tar/place.ts";

export interface RecoveryTerms {
  /** `9.6`, `13`. */
  readonly major: string;
  readonly timeline: number | "current";
  /** ISO 8601 in UTC; undefined: to the end of the WAL. */
  readonly targetTime: string | undefined;
  /** Settings that must not be less than on the old server. */
  readonly least: Readonly<Record<string, number>>;
  /** Of its WAL. */
  readonly segmentBytes: number;
  /** Absolute path in which the server makes its socket. */
  readonly socketDirectory: string;
}

/** A path of more than 107 bytes is no name of a socket. */
const LONGEST_SOCKET_DIRECTORY = 107 - Buffer.byteLength("/.s.PGSQL.65535");

/**
 * The place of the server's socket: the data directory, if its path is short enough for a socket's name. Server and
 * libpq cut a list of places at its commas, and no setting has a line break.
 */
export function socketDirectoryOf(directory: string): string {
  const isName = Buffer.byteLength(directory) <= LONGEST_SOCKET_DIRECTORY && !/[,\p{Cc}]|\s$/u.test(directory);
  return isName ? directory : "/tmp";
}

/** By path below the data directory. */
export function settingsFiles(terms: RecoveryTerms): ReadonlyMap<string, string> {
  const recovery = recoverySettings(terms);
  const server = serverSettings(terms);
  const old = isBefore(terms.major, 12);
  const auto = old ? server : [...server, ...recovery];
  return new Map([
    ["postgresql.conf", MAIN],
    ["postgresql.auto.conf", document([...AUTO_HEAD, ...auto])],
    ["pg_hba.conf", HBA],
    ["pg_ident.conf", IDENT],
    [`${OWN_DIRECTORY}/restore-wal`, RESTORE_WAL],
    old ? ["recovery.conf", document(recovery)] : ["recovery.signal", ""],
  ]);
}

export function isBefore(major: string, version: number): boolean {
  return Number.parseFloat(major) < version;
}

function recoverySettings({ major, timeline, targetTime }: RecoveryTerms): readonly string[] {
  const command = setting("restore_command", `sh ${OWN_DIRECTORY}/restore-wal "%f" "%p"`);
  // Up to 11, a missing setting means the base backup's own timeline, and `current` is no value.
  const isUnsaid = timeline === "current" && isBefore(major, 12);
  const always = [command, ...(isUnsaid ? [] : [setting("recovery_target_timeline", String(timeline))])];
  if (targetTime === undefined) return always;
  const stop = isBefore(major, 9.5) ? "pause_at_recovery_target = false" : setting("recovery_target_action", "promote");
  return [...always, setting("recovery_target_time", stamp(targetTime)), stop];
}

function serverSettings({ least, segmentBytes, socketDirectory }: RecoveryTerms): readonly string[] {
  return [
    "archive_mode = off",
    "listen_addresses = ''",
    setting("unix_socket_directories", socketDirectory),
    "unix_socket_permissions = 0700",
    "hot_standby = off",
    "shared_preload_libraries = ''",
    ...walSizes(segmentBytes),
    ...Object.entries(least).map(([name, value]) => `${name} = ${value}`),
  ];
}

/** A server keeps at least two segments, and refuses to start with settings of less: the defaults are for small ones. */
function walSizes(segmentBytes: number): readonly string[] {
  const megabytes = (2 * segmentBytes) / 2 ** 20;
  return [
    ...(megabytes > 80 ? [`min_wal_size = ${megabytes}MB`] : []),
    ...(megabytes > 1024 ? [`max_wal_size = ${megabytes}MB`] : []),
  ];
}

/** A time without an offset would be read in the server's own zone (wal-archives.md §5). */
const stamp = (iso: string): string => `${iso.replace("T", " ").replace(/Z$/, "")}+00`;

/** Quotes and backslashes are doubled, as guc-file.l and recovery.conf read them. */
const setting = (name: string, value: string): string =>
  `${name} = '${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

const document = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

const AUTO_HEAD = [
  "# Written by dingo-recover archive restore. No WAL leaves this server, and only its own user reaches it.",
  "# What the old server had is in dingo-recover/from-the-archive.",
];
const MAIN = "# Written by dingo-recover archive restore: see postgresql.auto.conf.\n";
/** The socket lies in a directory, and has permissions, that only the user has under whom the server runs. */
const HBA = "local all all trust\n";
const IDENT = "# Written by dingo-recover archive restore.\n";

/**
 * PostgreSQL runs it in the data directory. 1 says that there is no such file, which ends the recovery; 126 stops the
 * server: a planned file that is absent must not be taken for the end (wal-archives.md §5).
 */
const RESTORE_WAL = `#!/bin/sh
# Gives PostgreSQL one file of the archive: sh restore-wal NAME TARGET
own=\${0%/*}
PATH=$PATH:/usr/bin:/bin
if [ -f "$own/wal/$1" ]; then
  cp "$own/wal/$1" "$2" && exit 0
  echo "dingo-recover: $1 cannot be copied" >&2
  exit 126
fi
if grep -qxF -e "$1" "$own/planned"; then
  echo "dingo-recover: $1 is needed and is not in $own/wal" >&2
  exit 126
fi
exit 1
`;
