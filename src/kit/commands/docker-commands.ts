/**
 * The `docker` commands that run on a Docker host, as argv arrays. The adapter sends them, describe() prints them, and a
 * stand-in understands them. Pure: nothing is checked here.
 *
 * `words` are those before every command: `docker`, or `sudo -n docker`. Objects are named by full ids wherever one is at
 * hand: an id is never taken for another name, and never pulled.
 */
import { asOwnerOfTarget, ENDS, NOWHERE, OWN_SCRIPT } from "./as-owner.ts";
import type { Machine } from "./empty-image.ts";
import type { Argv } from "./host-commands.ts";

export type DockerWords = readonly [string, ...string[]];

export const wordsOf = ({ sudo }: { readonly sudo: boolean }): DockerWords =>
  sudo ? ["sudo", "-n", "docker"] : ["docker"];

const docker = (words: DockerWords, ...rest: readonly string[]): Argv => [...words, ...rest];

export const engineInfo = (words: DockerWords): Argv => docker(words, "info", "--format", "{{json .}}");
/** Names no context: so it shows the one that the other commands use as well. */
export const currentContext = (words: DockerWords): Argv => docker(words, "context", "inspect");
export const volumeNames = (words: DockerWords): Argv => docker(words, "volume", "ls", "-q");
export const inspectVolumes = (words: DockerWords, names: readonly string[]): Argv =>
  // A foreign volume driver may name its volumes as it likes.
  docker(words, "volume", "inspect", ...(names.some((name) => name.startsWith("-")) ? ["--"] : []), ...names);
/** Ids of all containers, stopped ones too. */
export const containerIds = (words: DockerWords): Argv => docker(words, "ps", "-aq", "--no-trunc");
export const inspectContainers = (words: DockerWords, ids: readonly string[]): Argv =>
  docker(words, "inspect", "--type", "container", ...ids);
export const imageIds = (words: DockerWords): Argv => docker(words, "image", "ls", "-q", "--no-trunc");
export const inspectImages = (words: DockerWords, ids: readonly string[]): Argv =>
  docker(words, "image", "inspect", ...ids);
/** Sizes of all storage. The engine adds them up from directories, and reads no file. */
export const storageSizes = (words: DockerWords): Argv => docker(words, "system", "df", "-v", "--format", "{{json .}}");
/** Paths that a container added, changed or deleted against its image. */
export const layerChanges = (words: DockerWords, container: string): Argv => docker(words, "diff", container);

/** The user id that the commands run as. */
export const ownId = (sudo: boolean): Argv => (sudo ? ["sudo", "-n", "id", "-u"] : ["id", "-u"]);
export const hostName = (): Argv => ["uname", "-n"];
/**
 * Reads `most` + 1 bytes of a text, so that a longer file can be told. Works as the owner of the file's directory; root opens
 * no link in a directory that others write to. Ends as `asOwnerOf` does.
 */
export const textFile = (sudo: boolean, path: string, most: number): Argv => {
  const argv = asOwnerOfTarget(path, "sh", "-c", TEXT_SCRIPT, "sh", String(most + 1));
  return sudo ? ["sudo", "-n", ...argv] : argv;
};

/** A function for a script: prints why `[ -e` does not see a path. */
const UNSEEN = String.raw`unseen() {
  case $(stat -L -- "$1" 2>&1) in
    ${NOWHERE}) printf 'A\0' ;;
    *) printf 'Uit cannot be reached\0' ;;
  esac
}
`;

/** $1: most bytes; $2: the file. It is opened before the look, so the look is at the file that is read. */
const TEXT_SCRIPT = String.raw`
export LC_ALL=C
if [ ! -e "$2" ] && [ ! -L "$2" ]; then
  case $(stat -- "$2" 2>&1) in ${NOWHERE}) printf absent ;; *) printf denied ;; esac
  exit
fi
${OWN_SCRIPT}
if [ "$(id -u)" = 0 ] && ! own; then
  if [ -L "$2" ]; then echo "$2: root opens no link in a directory that others write to" >&2; exit ${ENDS.foreign}; fi
else
  case $(stat -L -- "$2" 2>&1) in ${NOWHERE}) printf absent; exit ;; esac
fi
if [ ! -e "$2" ]; then printf denied; exit; fi
if [ ! -f "$2" ]; then printf other; exit; fi
if [ ! -r "$2" ]; then printf denied; exit; fi
exec 3< "$2"
if [ "$(id -u)" = 0 ] && ! own && [ "$(stat -L -c %d:%i /proc/self/fd/3)" != "$(stat -c %d:%i -- "$2")" ]; then
  echo "$2: it was put in the place of another file" >&2; exit ${ENDS.foreign}
fi
printf text
head -c "$1" <&3
`;

/**
 * Looks into directories; changes nothing, follows no link below the path that it is given, opens ordinary files alone.
 * For the shells of Debian and of busybox.
 *
 * $1: most bytes of names; $2: words BYTES:PATH; then pairs of PATH and a directory below it, which may be "".
 * Answers with fields that end in NUL: for each pair
 *   `A` absent, `F SIZE` no directory, `U WHY` unknown, or
 *   `S MODE(hex) UID OCTAL MTIME SIZE NAME` lines of the directory and of the wanted files that are there,
 *   `D BLOCK BLOCKS FREE INODES FREE` of the file system, `E`, names, an empty field, then `f PATH` and hexadecimal bytes,
 *   `u PATH` for what is there and is not read, and `l TARGET` behind it if it is a link;
 * and `=` at the end of each. Names begin with "./": a file's stands there once, a directory's twice, any other's three times.
 */
export const LOOK_SCRIPT = String.raw`
LC_ALL=C; export LC_ALL
set -f
most=$1; wanted=$2; shift 2
names() {
  find . -mindepth 1 -maxdepth 1 '(' -type f -print0 -o -type d -print0 -print0 -o -print0 -print0 -print0 ')'
}
linked() {
  part=$1
  while :; do
    if [ -L "./$part" ]; then return 0; fi
    case $part in */*) part=\${part%/*} ;; *) return 1 ;; esac
  done
}
${UNSEEN}look() {
  if [ ! -e "$1" ]; then unseen "$1"; return; fi
  if [ ! -d "$1" ]; then printf 'F%s\0' "$(stat -L -c %s -- "$1")"; return; fi
  cd -P -- "$1" 2>/dev/null || { printf 'Uit cannot be entered\0'; return; }
  if [ -n "$2" ]; then
    if linked "$2"; then printf 'Ua link lies on the way\0'; return; fi
    if [ ! -e "./$2" ]; then unseen "./$2"; return; fi
    if [ ! -d "./$2" ]; then printf 'F%s\0' "$(stat -c %s -- "./$2")"; return; fi
    base=$(pwd -P)
    cd -P -- "./$2" 2>/dev/null || { printf 'Uit cannot be entered\0'; return; }
    if [ "$(pwd -P)" != "\${base%/}/$2" ]; then printf 'Ua link lies on the way\0'; return; fi
  fi
  set -- .
  unread= reads=
  for want in $wanted; do
    file=\${want#*:}
    if linked "$file"; then unread="$unread $file"; continue; fi
    [ -e "./$file" ] || continue
    if [ -f "./$file" ]; then set -- "$@" "$file"; reads="$reads $want"; else unread="$unread $file"; fi
  done
  printf S; stat -c '%f %u %a %Y %s %n' -- "$@" 2>/dev/null; printf '\0'
  printf D; stat -f -c '%S %b %a %c %d' -- . 2>/dev/null; printf '\0E\0'
  { names 2>/dev/null || printf '!\0'; } | head -c "$most"
  printf '\0\0'
  for want in $reads; do
    printf 'f%s\0' "\${want#*:}"
    [ "\${want%%:*}" = 0 ] || od -An -v -tx1 -N "\${want%%:*}" -- "./\${want#*:}" 2>/dev/null || printf '!'
    printf '\0'
  done
  for file in $unread; do
    printf 'u%s\0' "$file"
    [ ! -L "./$file" ] || printf 'l%s\0' "$(readlink -- "./$file")"
  done
}
while [ $# -gt 1 ]; do
  look "$1" "$2"
  cd /
  printf '=\0'
  shift 2
done
`.replaceAll("\\$", "$");

/**
 * Paths below directories that end in one of the given ones; changes nothing, follows no link, stays on one file system.
 *
 * $1: most bytes of paths; $2: words, each the end of a path; then pairs of PATH and the number of levels below it, "" for
 * all. Answers for each pair `A`, or `U WHY`, or `P`, paths and an empty field, or `P`, paths and `!`; and `=`. `~` among the
 * paths: there are directories below the last level.
 */
export const SEARCH_SCRIPT = String.raw`
LC_ALL=C; export LC_ALL
set -f
most=$1; wanted=$2; shift 2
${UNSEEN}deeper() {
  [ -n "$1" ] && [ -n "$(find . -mindepth "$1" -maxdepth "$1" -xdev -type d 2>/dev/null | head -n 1)" ] && printf '~\0'
}
search() {
  if [ ! -e "$1" ]; then unseen "$1"; return; fi
  cd -P -- "$1" 2>/dev/null || { printf 'Uit cannot be entered\0'; return; }
  deep=$2 or=
  set -- .
  [ -z "$deep" ] || set -- . -maxdepth "$deep"
  set -- "$@" '('
  for end in $wanted; do set -- "$@" $or -path "./$end" -o -path "*/$end"; or=-o; done
  printf 'P\0'
  { find "$@" ')' -xdev -print0 2>/dev/null || printf '!\0'; deeper "$deep"; } | head -c "$most"
  printf '\0\0'
}
while [ $# -gt 1 ]; do
  (search "$1" "$2")
  printf '=\0'
  shift 2
done
`;

/** Prints for each pair (as in `LOOK_SCRIPT`) a line with its kilobytes, -1 if nobody can tell. One that fails ends no other. */
const MEASURE_SCRIPT =
  'while [ $# -gt 1 ]; do n=$(du -skx -- "$1/$2" 2> /dev/null | cut -f1); echo "${n:--1}"; shift 2; done';

/** A script with its first words, and the places that it goes through, each with its second word. */
export interface InsideCall {
  readonly script: string;
  readonly terms: readonly string[];
  readonly places: readonly { readonly path: string; readonly word: string }[];
}

type CallPlaces = readonly { readonly path: string; readonly inside?: string; readonly depth?: number }[];

export function lookCall(
  order: { readonly nameBytes: number; readonly files: readonly { readonly path: string; readonly bytes: number }[] },
  places: CallPlaces,
): InsideCall {
  const files = order.files.map(({ path, bytes }) => `${bytes}:${path}`).join(" ");
  const at = places.map(({ path, inside = "" }) => ({ path, word: inside }));
  return { script: LOOK_SCRIPT, terms: [String(order.nameBytes), files], places: at };
}

export function searchCall(
  order: { readonly pathBytes: number; readonly ends: readonly string[] },
  places: CallPlaces,
): InsideCall {
  const at = places.map(({ path, depth = "" }) => ({ path, word: String(depth) }));
  return { script: SEARCH_SCRIPT, terms: [String(order.pathBytes), order.ends.join(" ")], places: at };
}

export const measureCall = (places: CallPlaces): InsideCall => ({
  script: MEASURE_SCRIPT,
  terms: [],
  places: places.map(({ path, inside = "" }) => ({ path, word: inside })),
});

const callArguments = ({ script, terms, places }: InsideCall): readonly string[] => [
  ...["-c", script, "sh"],
  ...terms,
  ...places.flatMap(({ path, word }) => [path, word]),
];

/** Runs the script as root, on the engine's own machine. */
export const insideDirectly = (sudo: boolean, call: InsideCall): Argv => {
  const argv: Argv = ["sh", ...callArguments(call)];
  return sudo ? ["sudo", "-n", ...argv] : argv;
};

/** Marks a container that looks, so that an operator can tell one that was left behind. */
export const LOOK_LABEL = "dingo-recover.look";

/** The mount point of the N-th place. */
const mounted = (index: number): string => `/look/${index}`;

/** The programs of the engine's machine, for a container of the empty image. */
export const machineMounts = (userland: readonly string[]): readonly string[] => [
  ...userland.flatMap((path) => ["--mount", readOnlyBind(path, path)]),
  ...["--env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
];

/**
 * Runs the script in a container for this look alone: without network and log, with only the right to read as root. Each
 * place is mounted read-only by its path on the engine's machine. Programs are that machine's: those of a stranger's image
 * could tell what they see through a socket in one of the places, and reach every file of the machine by its number.
 */
export const insideContainer = (words: DockerWords, { image, userland }: Machine, call: InsideCall): Argv => {
  const paths = [...new Set(call.places.map(({ path }) => path))];
  const places = call.places.map(({ path, word }) => ({ path: mounted(paths.indexOf(path)), word }));
  return docker(
    words,
    ...["run", "--rm", "--network", "none", "--log-driver", "none", "--label", `${LOOK_LABEL}=1`, "--read-only"],
    ...["--cap-drop", "ALL", "--cap-add", "DAC_READ_SEARCH", "--security-opt", "no-new-privileges", "--user", "0:0"],
    // SELinux would let it see files, and read none of them.
    ...["--security-opt", "label=disable"],
    ...machineMounts(userland),
    ...paths.flatMap((path, index) => ["--mount", readOnlyBind(path, mounted(index))]),
    ...["--workdir", "/", "--entrypoint", "sh", image],
    ...callArguments({ ...call, places }),
  );
};

/** `--mount` and not `-v`: a source that is not there is an error, and is not created. */
export const readOnlyBind = (source: string, destination: string): string =>
  mountValue("type=bind", `src=${source}`, `dst=${destination}`, "readonly");

/** The value is a line of CSV: a name with a comma would be read as another mount. */
export const mountValue = (...fields: readonly string[]): string => fields.map(csvField).join(",");

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
