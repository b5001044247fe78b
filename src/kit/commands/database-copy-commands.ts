/**
 * The commands that make a copy of a PostgreSQL data directory in the run's own volume, start, ask, dump and remove it,
 * as argv arrays. Pure. All go through `docker`, so nobody needs to be root. The original is mounted read-only by its
 * path: not even a time of access changes.
 */
import { databaseAlone } from "./connection-string.ts";
import { ENDS } from "./as-owner.ts";
import { type DockerWords, machineMounts, mountValue, readOnlyBind } from "./docker-commands.ts";
import { RUN_LABEL } from "./docker-work-commands.ts";
import { EMPTY_IMAGE, EMPTY_TAR, MACHINE, type Machine, USERLAND } from "./empty-image.ts";
import type { Argv } from "./host-commands.ts";

/** Where PostgreSQL's programs are. */
export interface ServerPrograms {
  /** Id of an image that is present; never pulled. With `directory` one without a file. */
  readonly image: string;
  /** Paths that would become anonymous volumes. */
  readonly volumes: readonly string[];
  /** A directory on the engine's machine that has `postgres`; "" if the image has it. */
  readonly directory: string;
  /** `9.6`, `16`. */
  readonly major: string;
}

/** A server on a copy, or one that is made new for a dump. */
export interface CopyServer {
  readonly run: string;
  readonly programs: ServerPrograms;
  /** Of the volume, and of the container on it. */
  readonly volume: string;
  readonly uid: number;
  readonly role: string;
  /** Clients read what can be read of damaged pages, and leave out the rest. Of a copy alone. */
  readonly isLenient?: boolean;
  /** Started without the libraries that its files want to be preloaded: no programs have them. */
  readonly isBare?: boolean;
}

/** The order to fill a copy: its source and its place. */
export interface FillOrder {
  readonly run: string;
  /** Directory of the volume on the engine's machine. */
  readonly path: string;
  /** Below it; "" for the volume itself. */
  readonly inside: string;
  /** A volume's name, or an absolute path on the engine's machine whose directory is there. */
  readonly to: string;
  /** Made ready for a server of ours: recovery is switched off, and owner and mode are such that it starts. */
  readonly isForServer: boolean;
  /** Links of the data, and the directories that stand behind them; a copy for a server holds those too. */
  readonly linked?: readonly { readonly at: string; readonly path: string; readonly inside: string }[];
}

const docker = (words: DockerWords, ...rest: readonly string[]): Argv => [...words, ...rest];

/**
 * A server sees the machine's programs and never `/etc`: it runs under the number that owns the volume's files, and that may
 * be `shadow`. `/usr/local` is a person's own, and may have settings.
 */
const LOCAL = "/usr/local";
export const COPY_AT = "/dingo/copy";
const FROM_AT = "/dingo/from";
const linkedAt = (index: number): string => `/dingo/linked/${index}`;

export const fillerName = (to: string): string =>
  `${to.replace(/[^A-Za-z0-9_.-]/gu, "_").replace(/^[^A-Za-z0-9]+/u, "")}-fill`;

/** A container without network that is never pulled, is gone when it ends, and is told by its label. */
function inside(
  words: DockerWords,
  {
    run,
    programs,
    inMemory = programs.volumes,
    more,
  }: {
    readonly run: string;
    readonly programs: ServerPrograms;
    readonly inMemory?: readonly string[];
    readonly more: readonly string[];
  },
): Argv {
  return docker(
    words,
    ...["run", "--network", "none", "--security-opt", "no-new-privileges", "--label", `${RUN_LABEL}=${run}`],
    ...inMemory.flatMap((path) => ["--tmpfs", path]),
    ...directoryMounts(programs),
    ...more,
  );
}

function directoryMounts({ directory }: ServerPrograms): readonly string[] {
  if (directory === "") return [];
  const installed = directory.replace(/\/bin\/?$/u, "") || "/";
  const isBelow = (path: string): boolean => `${installed}/`.startsWith(`${path}/`);
  const isShown = USERLAND.some(isBelow) && !isBelow(LOCAL);
  return [
    ...[...USERLAND, ...(isShown ? [] : [installed])].flatMap((path) => ["--mount", readOnlyBind(path, path)]),
    ...(installed === LOCAL ? [] : ["--tmpfs", `${LOCAL}:size=1m,mode=755`]),
    ...["--env", `DINGO_BIN=${directory}`],
  ];
}

/** Finds the programs where distributions and images put them, those of this release first. */
const prelude = (major: string): string =>
  [
    "PATH=${DINGO_BIN:+$DINGO_BIN:}",
    `/usr/lib/postgresql/${major}/bin:/usr/pgsql-${major}/bin:`,
    "${PATH:-/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin}:/opt/bitnami/postgresql/bin; ",
    "for d in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do PATH=$PATH:$d; done; export PATH; LC_ALL=C; export LC_ALL; umask 077\n",
  ].join("");

const shell = (programs: ServerPrograms, script: string, ...words: readonly string[]): readonly string[] => [
  ...["--entrypoint", "sh", programs.image],
  ...["-c", `${prelude(programs.major)}${script}`, "sh", ...words],
];

/** Lines `postgres VERSION`, `pg_dump VERSION`, `libc musl|glibc` and `missing PROGRAM`. */
const PROGRAMS_SCRIPT = String.raw`
for p in postgres psql pg_dump pg_dumpall pg_restore initdb; do command -v "$p" > /dev/null || echo "missing $p"; done
for p in postgres pg_dump; do echo "$p $("$p" --version 2> /dev/null | sed 's/[^0-9]*\([0-9][0-9.]*\).*/\1/')"; done
if ls /lib/ld-musl-* > /dev/null 2>&1; then echo libc musl; else echo libc glibc; fi
`;
export const programsIn = (words: DockerWords, run: string, programs: ServerPrograms): Argv =>
  inside(words, { run, programs, more: ["--rm", "--log-driver", "none", ...shell(programs, PROGRAMS_SCRIPT)] });

/** Its bytes come on stdin. */
export const importEmpty = (words: DockerWords): Argv => docker(words, "import", "-", EMPTY_IMAGE);
/** The same by hand: before it the name may be a stranger's, or nobody's, and would be pulled. */
const importEmptyByHand = (words: DockerWords): Argv => [
  ...(["sh", "-c", 'head -c "$0" /dev/zero | "$@"', String(EMPTY_TAR.length)] as const),
  ...importEmpty(words),
];
export const fillByHand = (words: DockerWords, order: FillOrder): readonly Argv[] => [
  importEmptyByHand(words),
  fill(words, order),
];

export const makeVolume = (words: DockerWords, name: string, labels: Readonly<Record<string, string>>): Argv =>
  docker(
    words,
    ...["volume", "create"],
    ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    name,
  );
export const removeVolume = (words: DockerWords, name: string): Argv => docker(words, "volume", "rm", name);

/**
 * $1: the path below the original; $2: name of the copy; $4: name of a directory until the copy is whole; then pairs of a
 * link in the data and a directory below the mount that stands for its target.
 * $3: "server" leaves out pipes, sockets and devices, on which a server would wait for ever.
 * A path is open to local users: a program with its owner's rights (setuid), or a device, goes to none, and until it was looked
 * for, the copy lies in a closed directory. The mark `complete` is written last. Ends with 3 if somebody wrote to the original meanwhile. Times are in whole
 * seconds (busybox has no others), so the copy begins when the second of the newest change is over: a later change then
 * has another time. A server that waits for no other needs no replication slots, and does not start if it has too many or too
 * little WAL for one (slot.c, StartupReplicationSlots). A recovery fails over a link to nowhere (tablespace.c,
 * TablespaceCreateDbspace): a tablespace that was not found is empty in the copy. `server.conf` is readable for all: the
 * server of a proof reads it, perhaps as another account.
 * A file that cannot be read to its end leaves the others alone. In a copy for a server, PostgreSQL itself must stumble over
 * it: a shorter table would be one with fewer rows. So the rest of a table's file has bytes that are no page (bufpage.c,
 * PageIsVerified), and another file may be opened by nobody.
 */
const FILL_SCRIPT = String.raw`
set -e
from=/dingo/from/$1 name=$2 how=$3 part=$4 top=/dingo/copy; shift 4
list() { (cd -P -- "$1" && find . -type f -exec stat -c "$2" {} + | sort | sha256sum | cut -c1-64); }
alike='%n %s %Y' unchanged='%n %s %Y %Z'
flags=-a; cp --help 2>&1 | grep -q -- --reflink && flags='-a --reflink=auto --sparse=auto'
if [ "$how" = server ]; then rm -rf -- "$top/data" "$top/linked" "$top/complete"; to=$top/data; mkdir -- "$to"; else to=$top/$name; fi
free() { if [ -e "$top/$name" ] || [ -L "$top/$name" ]; then echo "it is there already" >&2; exit 4; fi; }
powers() {
  names=$(cd -P -- "$1" && find . \( -type b -o -type c -o -type f \( -perm -4000 -o -perm -2000 \) \) | head -c 200 | tr '\n' ' ')
  [ -z "$names" ] || { rm -rf -- "$top/$part"; echo "$names" >&2; exit ${ENDS.powers}; }
}
if [ "$how" = path ]; then free; powers "$from"; to=$top/$part/in; rm -rf -- "$top/$part"; mkdir -p -- "$to"; fi
mend='for f; do
  at="$(stat -c "%s %Y" -- "$f")"; [ "$at" != "$(stat -c "%s %Y" -- "$0/$f" 2> /dev/null || :)" ] || continue
  ! cat -- "$f" > /dev/null 2>&1 || exit 1
  : >> "$0/$f" && size=$(stat -c %s -- "$f") have=$(($(stat -c %s -- "$0/$f") / 8192)) || exit 1
  head -c $((size - have * 8192)) /dev/zero | tr "\\000" "\\377" | dd of="$0/$f" bs=8192 seek=$have conv=notrunc 2> /dev/null || exit 1
  case $f in ./base/*) mode=$(stat -c %a -- "$f") ;; *) mode=0 ;; esac
  chown "$(stat -c %u:%g -- "$f")" "$0/$f" && chmod "$mode" "$0/$f" && touch -r "$f" -- "$0/$f" && echo "unread $f" || exit 1
done'
whole() {
  before=$(list "$1" "$unchanged")
  newest=$({ echo 0; find "$1/." -type f -exec stat -c %Z {} +; } | sort -n | tail -n 1)
  [ "$(($(date +%s) - newest))" -ge 2 ] || sleep 2
  copied=$(list "$1" "$alike")
  if ! cp $flags -- "$1/." "$2/"; then
    [ "$how" = server ] || exit 1
    (cd -P -- "$1" && find . -type f -exec sh -c "$mend" "$2" {} +) || exit 1
  fi
  [ "$(list "$1" "$unchanged")" = "$before" ] || exit 3
  [ "$(list "$2" "$alike")" = "$copied" ] || { echo "the copy is not what was copied" >&2; exit 5; }
}
whole "$from" "$to"
echo "uid $(stat -c %u -- "$from")"
echo "files $(find "$to" -type f | wc -l)"
echo "kilobytes $(du -sk -- "$to" | cut -f1)"
if [ "$how" = path ]; then powers "$to"; sync; free; mv -- "$to" "$top/$name"; rmdir -- "$top/$part"; exit 0; fi
if [ "$how" = server ]; then
  cd -P -- "$to"
  n=0
  mkdir -- "$top/linked"
  while [ $# -gt 1 ]; do
    rm -- "./$1"
    case $1 in
      pg_tblspc/*) into=$top/linked/$n; ln -s -- "/dingo/copy/linked/$n" "./$1" ;;
      *) into=$to/$1 ;;
    esac
    mkdir -- "$into"
    whole "/dingo/linked/$n/$2" "$into"
    n=$((n + 1)); shift 2
  done
  spaces=0
  for space in pg_tblspc/*; do
    case $(readlink -- "$space") in "" | /dingo/copy/linked/*) continue ;; esac
    spaces=$((spaces + 1)); mkdir -- "$top/linked/none-$spaces"
    rm -- "$space"; ln -s -- "/dingo/copy/linked/none-$spaces" "$space"
  done
  echo "tablespaces $spaces"
  rm -f -- postmaster.pid
  find . \( -type p -o -type s -o -type b -o -type c \) -exec rm -f -- {} +
  find pg_replslot -mindepth 1 -maxdepth 1 -exec rm -rf -- {} + 2> /dev/null || :
  for f in standby.signal recovery.signal recovery.conf; do if [ -e "$f" ]; then mv -- "$f" "$f.dingo-recover"; fi; done
  for f in postgresql.conf postgresql.auto.conf; do if [ -f "$f" ]; then cat -- "$f"; fi; done | grep '^[[:space:]]*shared_preload_libraries' > "$top/server.conf" || :
  echo 'local all all trust' > "$top/hba.conf"
  uid=$(stat -c %u .)
  if [ "$uid" = 0 ]; then uid=999; chown -R 999:999 .; fi
  chown -R "$uid" "$top/linked"
  chown "$uid" "$top/server.conf" "$top/hba.conf"
  chmod 644 "$top/server.conf"; chmod 755 "$top"; chmod 700 .
  sync; echo "$uid" > "$top/complete"
fi
sync
`;
export const fill = (words: DockerWords, order: FillOrder, { image, userland }: Machine = MACHINE): Argv => {
  const [directory, name] = order.to.startsWith("/") ? parted(order.to) : ["", ""];
  const linked = order.isForServer ? (order.linked ?? []) : [];
  const target =
    directory === ""
      ? `type=volume,src=${order.to},dst=${COPY_AT},volume-nocopy`
      : mountValue("type=bind", `src=${directory}`, `dst=${COPY_AT}`);
  // It is root, and may write beside the copy: the programs of a stranger's image would do so.
  const programs = { image, volumes: ["/tmp"], directory: "", major: "" };
  return inside(words, {
    run: order.run,
    programs,
    more: [
      ...["--rm", "--log-driver", "none", "--user", "0:0", "--name", fillerName(order.to)],
      // A file's capabilities are left out, as a program's rights.
      ...["--cap-drop", "SETFCAP"],
      ...machineMounts(userland),
      ...["--mount", readOnlyBind(order.path, FROM_AT), "--mount", target],
      ...linked.flatMap(({ path }, index) => ["--mount", readOnlyBind(path, linkedAt(index))]),
      ...shell(
        programs,
        FILL_SCRIPT,
        order.inside,
        name || ".",
        order.isForServer ? "server" : directory === "" ? "volume" : "path",
        `${name}.dingo-recover-${order.run}-part`,
        ...linked.flatMap(({ at, inside }) => [at, inside]),
      ),
    ],
  });
};

const parted = (path: string): readonly [string, string] => {
  const cut = path.lastIndexOf("/");
  return [path.slice(0, cut) || "/", path.slice(cut + 1)];
};

/** Settings that outweigh those in files: nothing leaves this server, and its lines are in English and UTC. */
const SETTINGS: readonly string[] = [
  "listen_addresses=",
  "unix_socket_directories=/tmp",
  "archive_mode=off",
  "logging_collector=off",
  "log_destination=stderr",
  "log_statement=none",
  "lc_messages=C",
  "timezone=UTC",
  "log_timezone=UTC",
  "ssl=off",
  "autovacuum=off",
  "fsync=off",
  "shared_buffers=64MB",
  "huge_pages=off",
  "max_prepared_transactions=64",
];
const settings = (...more: readonly string[]): readonly string[] =>
  [...SETTINGS, ...more].flatMap((each) => ["-c", each]);

const bareness = ({ isBare }: CopyServer): readonly string[] => (isBare === true ? ["shared_preload_libraries="] : []);

/**
 * A stranger's code runs there: it writes to the copy and to memory alone, never takes all memory or all numbers of processes,
 * and goes first when memory runs out. Files in memory count as memory. `keepRoom` bounds the copy.
 */
const BOUNDS = [
  ...["--read-only", "--cap-drop", "ALL", "--pids-limit", "4096", "--oom-score-adj", "1000", "--ulimit", "core=0"],
  ...["--memory", "4g", "--memory-swap", "4g", "--shm-size", "256m"],
] as const;
const placesInMemory = ({ volumes }: ServerPrograms): readonly string[] =>
  [...new Set(["/tmp", ...volumes])].map((path) => `${path}:size=256m,mode=1777`);
const LOG = ["--log-driver", "json-file", "--log-opt", "max-size=16m", "--log-opt", "max-file=2"] as const;

/** PostgreSQL, "Shutting Down the Server": SIGINT disconnects all clients, SIGTERM waits for them. */
const serverFlags = ({ volume }: CopyServer, stopSignal: "SIGINT" | "SIGTERM"): readonly string[] => [
  ...["-d", "--name", volume, ...LOG, ...BOUNDS, "--stop-signal", stopSignal],
  ...["--mount", `type=volume,src=${volume},dst=${COPY_AT},volume-nocopy`],
];

export const startOnCopy = (words: DockerWords, server: CopyServer): Argv =>
  inside(words, {
    run: server.run,
    programs: server.programs,
    inMemory: placesInMemory(server.programs),
    more: [
      ...serverFlags(server, "SIGINT"),
      ...["--user", `${server.uid}:${server.uid}`],
      ...shell(
        server.programs,
        'exec postgres "$@"',
        "-D",
        `${COPY_AT}/data`,
        ...settings(`config_file=${COPY_AT}/server.conf`, `hba_file=${COPY_AT}/hba.conf`, ...bareness(server)),
      ),
    ],
  });

/**
 * $1: role that owns everything; the rest are words for the server. PostgreSQL refuses root, and initdb an account without a
 * name. Root makes the directory, and hands over: to do so it may give files away, and `su` become, signal and record another.
 * Without an image's own accounts, the number is nobody's, and its name stands in an `/etc` that was made for it.
 */
const FRESH_RIGHTS = ["CHOWN", "SETUID", "SETGID", "KILL", "AUDIT_WRITE"] as const;
const FRESH_SCRIPT = String.raw`
DINGO_ROLE=$1; export DINGO_ROLE; shift
begin='initdb -D /dingo/copy/data -U "$DINGO_ROLE" -A trust -E UTF8 --locale=C > /dev/null && exec postgres -D /dingo/copy/data '
made() { mkdir /dingo/copy/data && chown "$1" /dingo/copy/data && chmod 755 /dingo/copy; }
if [ -n "\${DINGO_BIN:-}" ]; then
  echo nobody:x:65534:65534::/:/bin/sh > /etc/passwd && chmod 644 /etc/passwd && made 65534:65534 && cd /tmp || exit 1
  exec setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "$begin$*"
fi
who=postgres; id -u "$who" > /dev/null 2>&1 || who=nobody
made "$who" || exit 1
exec su -s /bin/sh "$who" -c "PATH='$PATH'; LC_ALL=C; export PATH LC_ALL; cd /tmp; $begin$*"
`.replaceAll("\\$", "$");
export const startFresh = (words: DockerWords, server: CopyServer, copied: string): Argv =>
  inside(words, {
    run: server.run,
    programs: server.programs,
    inMemory: placesInMemory(server.programs),
    more: [
      // `su` hands this one on alone, and nobody is connected any more.
      ...serverFlags(server, "SIGTERM"),
      ...(server.programs.directory === "" ? [] : ["--tmpfs", "/etc:size=1m,mode=755"]),
      ...FRESH_RIGHTS.flatMap((right) => ["--cap-add", right]),
      ...["--user", "0:0", "--mount", `type=volume,src=${copied},dst=/dingo/copied,readonly,volume-nocopy`],
      ...shell(
        server.programs,
        FRESH_SCRIPT,
        server.role,
        ...settings("config_file=/dingo/copied/server.conf", ...bareness(server)),
      ),
    ],
  });

/** Runs a program in the container of one of our servers, by a constant script. */
export const execute = (
  words: DockerWords,
  { volume, programs }: CopyServer,
  [script, ...rest]: readonly [string, ...string[]],
): Argv =>
  docker(
    words,
    "exec",
    "-i",
    volume,
    "sh",
    "-c",
    `${prelude(programs.major)}${withoutLibraries(programs.major)}${script}`,
    "sh",
    ...rest,
  );

/**
 * A role's or a database's own settings can name a library that no programs have: then nobody logs in. A client's own
 * settings outweigh them (guc.h, GucSource, PostgreSQL 9.4 to 18). Before 9.4 the first of the two is unknown.
 */
const withoutLibraries = (major: string): string =>
  `PGOPTIONS='${/^(?:8|9\.[0-3])/u.test(major) ? "" : "-c session_preload_libraries= "}-c local_preload_libraries='; export PGOPTIONS\n`;

/** pg_isready: 0 takes connections, 1 refuses them, 2 does not answer. */
const READY_SCRIPT =
  'if command -v pg_isready > /dev/null; then exec pg_isready -q -h /tmp -U "$1" -d template1; else exec psql -X -q -h /tmp -U "$1" -d template1 -c "SELECT 1" > /dev/null; fi';
export const isReady = (words: DockerWords, server: CopyServer): Argv =>
  execute(words, server, [READY_SCRIPT, server.role]);

/** Options that let damaged data be read (PostgreSQL manual, "Developer Options"): for superusers. */
export const leniency = ({ isLenient }: CopyServer): string =>
  isLenient === true ? `PGOPTIONS="$PGOPTIONS -c zero_damaged_pages=on -c ignore_checksum_failure=on"; ` : "";

/** Signs between fields and rows. A name that holds one is noticed. */
export const FIELD = "\u001f";
export const ROW = "\u001e";
export const query = (words: DockerWords, server: CopyServer, database: string): Argv =>
  execute(words, server, [
    `${leniency(server)}exec psql "$@"`,
    ...["-X", "-q", "-A", "-t", "-F", FIELD, "-R", ROW],
    ...["-h", "/tmp", "-U", server.role, "-d", databaseAlone(database)],
  ]);

export const ownContainers = (words: DockerWords, name: string, run: string): Argv =>
  docker(
    words,
    ...[
      "ps",
      "-aq",
      "--no-trunc",
      "--filter",
      `name=^/?${name.replaceAll(".", "\\.")}$`,
      "--filter",
      `label=${RUN_LABEL}=${run}`,
    ],
  );
/** Stops a server of the run itself: it works on a copy. */
export const endOwn = (words: DockerWords, id: string, graceSeconds: number): Argv =>
  docker(words, "stop", "-t", String(graceSeconds), id);
export const removeOwn = (words: DockerWords, id: string): Argv => docker(words, "rm", id);
export const saidBy = (words: DockerWords, name: string): Argv => docker(words, "logs", "--tail", "40", name);
