/**
 * The commands that dump the databases of a copy to files and load them, as argv arrays. Pure. A dump holds a
 * stranger's text, and psql has commands that reach beyond the database (CVE-2025-8714, CVE-2025-8715). So pg_restore,
 * which has none, loads a database from an archive of pg_dump; psql gets the roles as hexadecimal digits alone.
 */
import { databaseAlone } from "./connection-string.ts";
import { type CopyServer, execute, leniency } from "./database-copy-commands.ts";
import type { DockerWords } from "./docker-commands.ts";
import type { Argv } from "./host-commands.ts";

/**
 * The output of a command goes to a file that nobody else may read; the file gets its name when it is whole. Others can
 * guess the name of its directory: a directory that somebody else made is refused. A stranger's server may dump for ever:
 * 256 MiB of the disk, or half of a small one, stay free. A limit is in blocks of 512 bytes (POSIX, ulimit).
 */
const TO_FILE_SCRIPT = String.raw`
umask 077; f=$1; d=$(dirname -- "$f"); shift
mkdir -p -- "$d" || exit 1
case $d in */dingo-recover-*/*) up=$(dirname -- "$d") ;; *) up=$d ;; esac
for each in "$up" "$d"; do
  if [ -L "$each" ] || [ ! -O "$each" ]; then echo "somebody else has made $each" >&2; exit 1; fi
done
rm -f -- "$f.part"
free=$(df -Pk -- "$d" | awk 'NR == 2 { print $4 }') kept=262144
[ "$kept" -lt "$((free / 2))" ] || kept=$((free / 2))
set -C && (ulimit -S -f "$(((free - kept) * 2))"; exec "$@") > "$f.part" && sync "$f.part" && mv -f -- "$f.part" "$f" && wc -c < "$f" && sha256sum < "$f"
`;
const FROM_FILE_SCRIPT = 'f=$1; shift; exec "$@" < "$f"';

export interface DumpOrder {
  /** "" for the roles of the cluster: pg_dumpall knows no format but text. */
  readonly database: string;
  readonly file: string;
  /** Tables without their rows, as SQL names them. */
  readonly without?: readonly string[];
}

export const dumpTo = (words: DockerWords, server: CopyServer, { database, file, without = [] }: DumpOrder): Argv => [
  ...(["sh", "-c", TO_FILE_SCRIPT, "sh", file] as const),
  ...(database === ""
    ? execute(words, server, [
        'PGCLIENTENCODING=UTF8; export PGCLIENTENCODING; exec pg_dumpall "$@"',
        ...["--roles-only", "-h", "/tmp", "-U", server.role],
      ])
    : execute(words, server, [
        `${leniency(server)}exec pg_dump "$@"`,
        ...without.map((table) => `--exclude-table-data=${table}`),
        ...["-F", "c", "-E", "UTF8", "-h", "/tmp", "-U", server.role, "-d", databaseAlone(database)],
      ])),
];
export const hashOfFile = (file: string): Argv => [
  "sh",
  "-c",
  '[ -f "$1" ] || exit 0; wc -c < "$1"; sha256sum < "$1"',
  "sh",
  file,
];

export interface LoadOrder {
  readonly database: string;
  readonly file: string;
  /** The load goes on behind an error. */
  readonly goesOn?: boolean;
}

/** Loads the archive of a database into an empty one. */
export const loadFrom = (
  words: DockerWords,
  server: CopyServer,
  { database, file, goesOn = false }: LoadOrder,
): Argv => [
  ...(["sh", "-c", FROM_FILE_SCRIPT, "sh", file] as const),
  ...execute(words, server, [
    'exec pg_restore "$@"',
    ...(goesOn ? [] : ["--exit-on-error"]),
    ...["--no-tablespaces", "-h", "/tmp", "-U", server.role, "-d", databaseAlone(database)],
  ]),
];

/** $1: the roles' file; $2, $3: texts around its digits. Only psql knows newer releases' `\restrict` lines: they are removed. */
const ROLES_SCRIPT = String.raw`
f=$1 head=$2 tail=$3; shift 3
[ -f "$f" ] && [ -r "$f" ] || { echo "there is no $f" >&2; exit 1; }
{
  printf %s "$head"
  LC_ALL=C sed '/^\\\(un\)\{0,1\}restrict [A-Za-z0-9]\{1,\}$/d' < "$f" | od -An -v -tx1 | tr -d ' \n'
  printf %s "$tail"
} | "$@"
`;
/** The server makes statements of the digits. They hold hashes of passwords, which must not reach its log. */
const ROLES_HEAD = `SET log_min_error_statement = 'panic'; SET client_min_messages = 'warning';
DO $dingo$ DECLARE said text; BEGIN said := convert_from(decode('`;
/** The role that loads is there already, so it is left out. A file that was cut lacks its last line. */
const ROLES_TAIL = `', 'hex'), 'UTF8');
IF position('-- PostgreSQL database cluster dump complete' IN said) = 0 THEN RAISE EXCEPTION 'the file of the roles is cut'; END IF;
EXECUTE replace(said, chr(10) || 'CREATE ROLE ' || quote_ident(current_user) || ';' || chr(10), chr(10));
END $dingo$;
`;

/** Makes all roles, or none: psql ends with 3 if one cannot be made (psql, "Exit Status"). */
export const loadRolesFrom = (words: DockerWords, server: CopyServer, file: string): Argv => [
  ...(["sh", "-c", ROLES_SCRIPT, "sh", file, ROLES_HEAD, ROLES_TAIL] as const),
  ...execute(words, server, [
    'exec psql "$@"',
    ...["-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse"],
    ...["-h", "/tmp", "-U", server.role, "-d", databaseAlone("postgres")],
  ]),
];
