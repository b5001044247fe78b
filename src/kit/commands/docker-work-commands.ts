/**
 * The commands that change something on a Docker host, and the reads that guard a change, as argv arrays. The adapter
 * sends them, describe() prints them, and a stand-in understands them. Pure.
 */
import { asOwnerOf, asOwnerOfTarget, ENDS, ledBy, madeByOwner, OWN_SCRIPT } from "./as-owner.ts";
import { confined, confinedRead } from "./confined.ts";
import type { DockerWords } from "./docker-commands.ts";
import type { Argv } from "./host-commands.ts";

/** A container for a proof that is like another one: same image and command, only one directory, no network. */
export interface ProofOrder {
  /** Id of the container that it is made like. That one's settings may hold passwords, so only Docker passes them on. */
  readonly of: string;
  readonly name: string;
  readonly directory: string;
  readonly target: string;
  readonly labels: Readonly<Record<string, string>>;
}

const docker = (words: DockerWords, ...rest: readonly string[]): Argv => [...words, ...rest];
/** The command line that runs `argv` as root, with messages in English. */
const asRoot = (words: DockerWords, ...argv: Argv): Argv =>
  words[0] === "sudo" ? ["sudo", "-n", "env", "LC_ALL=C", ...argv] : ["env", "LC_ALL=C", ...argv];

export const RUN_LABEL = "dingo-recover.run";

export const stopContainer = (words: DockerWords, container: string, graceSeconds: number): Argv =>
  docker(words, "stop", "-t", String(graceSeconds), container);
export const startContainer = (words: DockerWords, container: string): Argv => docker(words, "start", container);
export const commitContainer = (words: DockerWords, container: string, reference: string): Argv =>
  docker(words, "commit", container, reference);
/** Makes a container by the API. The body comes on stdin: it has the settings of another container, and so its passwords. */
export const createByApi = (words: DockerWords, socket: string, name: string): Argv =>
  asRoot(
    words,
    ...(["curl", "-q", "-sS", "--unix-socket", socket, "-H", "Content-Type: application/json"] as const),
    ...["--data-binary", "@-", "-w", "\\n%{http_code}", `http://localhost/containers/create?name=${name}`],
  );
/** Removes it only if it is stopped, and leaves its volumes. */
export const removeContainer = (words: DockerWords, container: string): Argv => docker(words, "rm", container);

// Files. Paths are absolute.
export const pathKind = (words: DockerWords, path: string): Argv => asRoot(words, "stat", "-c", "%F", "--", path);
/** Prints the names, each with a NUL behind it. */
export const namesIn = (words: DockerWords, directory: string): Argv =>
  asRoot(words, "find", `${directory}/`, "-mindepth", "1", "-maxdepth", "1", "-printf", "%f\\0");
export const bytesBelow = (words: DockerWords, directory: string): Argv =>
  asRoot(words, "du", "-s", "-x", "--block-size=1", "--", directory);
export const freeBelow = (words: DockerWords, directory: string): Argv =>
  asRoot(words, "df", "-B1", "--output=avail", "--", directory);
/**
 * `powers PATH`: ends if programs with their owner's rights (setuid, setgid) or devices lie below it. The engine's directory
 * is closed to local users, and the copy's place is open. `harmless PATH`: takes these rights from a copy, and then ends.
 */
const POWERS_SCRIPT = String.raw`
found() { find "$1" \( -type b -o -type c -o -type f -perm /6000 -perm /111 \) "$2" "$3"; }
powers() {
  names=$(found "$1" -printf '%P, ' | head -c 200)
  [ -z "$names" ] || { echo "$names" >&2; exit ${ENDS.powers}; }
}
harmless() {
  [ -e "$1" ] || return 0
  names=$(found "$1" -printf '%P, ' | head -c 200)
  [ -n "$names" ] || return 0
  find "$1" \( -type b -o -type c \) -delete
  find "$1" -type f -perm /6000 -exec chmod a-s {} +
  echo "$names" >&2
  exit ${ENDS.powers}
}
`;
const guarded = (copy: string): string => `${POWERS_SCRIPT}powers "$1"\n${copy}\nend=$?\nharmless "$2"\nexit $end\n`;
/** Copies with owners, modes, times, links, extended attributes and holes. With `-T` the destination is the name itself. */
const COPY_SCRIPT = guarded('cp -a -T --sparse=auto --reflink=auto -- "$1" "$2"');
export const copyData = (words: DockerWords, from: string, to: string): Argv =>
  asRoot(words, ...confined(from, to, COPY_SCRIPT));
/** Prints kind, size, time, owner, mode and link of each name below $1. */
const LIST_SCRIPT = String.raw`list() { cd -P -- "$1" && find . -mindepth 1 \( -type d -printf '%P//d\0' -o -printf '%P//%y %s %T@ %U %G %m %l\0' \); }`;
/**
 * Removes from a copy each name that differs from the original in kind, size, time, owner, mode or link.
 * $1: the original; $2: the copy.
 */
const DIFFERENCE_SCRIPT = String.raw`
set -e
${LIST_SCRIPT}
cd -P -- "$2"
{ (list "$1"); (list "$2"); } | sort -z | uniq -z -u | sed -z 's,//.*,,; s,^,./,' | uniq -z | xargs -0 -r rm -rf --one-file-system --
`;
export const removeDifferences = (words: DockerWords, from: string, to: string): Argv =>
  asRoot(words, ...confined(from, to, DIFFERENCE_SCRIPT));
/** Prints "0" if all is alike on both sides. A side that cannot be listed is not alike. */
const ALIKE_SCRIPT = String.raw`
set -e
${LIST_SCRIPT}
(cd -P -- "$1")
(cd -P -- "$2")
{ (list "$1" || printf '?\0'); (list "$2" || printf '??\0'); } | sort -z | uniq -z -u | head -c 1 | wc -c
`;
export const countDifferent = (words: DockerWords, one: string, other: string): Argv =>
  asRoot(words, ...confinedRead(one, other, ALIKE_SCRIPT));
/** Copies the files that a copy lacks; equal files are left alone. */
const LACKING_SCRIPT = guarded('cp -a -T -u --sparse=auto --reflink=auto -- "$1" "$2"');
export const copyDifferences = (words: DockerWords, from: string, to: string): Argv =>
  asRoot(words, ...confined(from, to, LACKING_SCRIPT));
/** $1: CONTAINER:PATH; the rest: the command that takes the engine's stream of it, because `docker cp` would follow links. */
const OUT_SCRIPT = String.raw`
from=$1; shift
failed=$({ { docker cp -a "$from" - || echo 1 >&3; } | { "$@" >&2 || echo "$?" >&3; }; } 3>&1)
for each in $failed; do case $each in ${ENDS.foreign} | ${ENDS.powers}) exit "$each" ;; esac; done
[ -z "$failed" ]
`;
/** Unpacks a stream to $2, and keeps the owners. The first name in the stream becomes that of $2. */
const UNPACK_SCRIPT = String.raw`${POWERS_SCRIPT}
if [ -e "$2" ] || [ -L "$2" ]; then echo "it is there already" >&2; exit 1; fi
name=$(basename -- "$2" | sed 's/[\\&]/\\&/g') s=$(printf '\001')
tar -x -p --same-owner --numeric-owner --xattrs --xattrs-include='*' --xattrs-exclude=security.capability -f - -C "$(dirname -- "$2")" --transform "s$s^[^/]*$s$name$s"S
end=$?
harmless "$2"
[ "$end" = 0 ] || exit 1
if [ -L "$2" ] || [ ! -d "$2" ]; then echo "the container has no directory there" >&2; exit 1; fi
`;
export const copyOut = (
  words: DockerWords,
  from: { readonly container: string; readonly path: string },
  to: string,
): Argv =>
  asRoot(
    words,
    ...(["sh", "-c", OUT_SCRIPT, "sh", `${from.container}:${from.path}`] as const),
    ...confined("", to, UNPACK_SCRIPT),
  );
/** Renames within one directory, as that directory's owner: root would follow a link above it. */
export const renameData = (words: DockerWords, from: string, to: string): Argv =>
  asRoot(words, ...asOwnerOf(from, "sh", "-c", RENAME_SCRIPT, "sh", to.slice(to.lastIndexOf("/") + 1)));
const RENAME_SCRIPT = 'exec mv -T -n -- "$2" "./$1"';
export const makeParents = (words: DockerWords, path: string): Argv =>
  asRoot(words, ...madeByOwner(path.slice(0, Math.max(1, path.lastIndexOf("/")))));
export const removeOwnDirectory = (words: DockerWords, directory: string): Argv =>
  asRoot(words, "rm", "-rf", "--one-file-system", "--", directory);

/**
 * Prints the number of files and bytes of $2 and one hash. The hash is over kinds, modes, owners, sizes, links and names, and
 * over the bytes of every file. It fails if a file cannot be read, because two sides that both lack it would be alike. `tar`
 * does not wait for a pipe in the place of a file. It ends with 1 if a file changed meanwhile: the hash shows that. More than
 * 1 TiB of holes is not read, because a stranger's file may have more than anybody could read.
 */
const FINGERPRINT_SCRIPT = String.raw`
set -e
cd -P -- "$2"
unread() { echo unread >&3; }
list() { { find . -printf '%y %m %U %G %l %P\0' || unread; } | sort -z; }
sums() {
  { find . -type f -print0 || unread; } | sort -z |
    { tar -c -f - --format=gnu --no-recursion --hard-dereference --numeric-owner --mtime=@0 --null -T - || [ "$?" = 1 ] || unread; }
}
counted() {
  files=0 bytes=0 holes=0
  while read -r size blocks; do
    files=$((files + 1)) bytes=$((bytes + size)) hole=$((size - blocks * 512))
    [ "$hole" -le 0 ] || holes=$((holes + hole))
    [ "$holes" -le 1099511627776 ] || { echo "its files have more than 1 TiB of holes, which nobody reads" >&2; exit 1; }
  done
  echo "$files $bytes"
}
counts=$(find . -type f -printf '%s %b\n' | counted)
sum=$({ { list; sums; } | sha256sum; } 3>&1)
case $sum in *unread*) exit 1 ;; esac
echo "$counts $sum"
`;
export const fingerprintOf = (words: DockerWords, directory: string): Argv =>
  asRoot(words, ...confinedRead("", directory, FINGERPRINT_SCRIPT));

export const hashOf = (words: DockerWords, path: string): Argv =>
  asRoot(words, ...asOwnerOfTarget(path, "sha256sum", "--"));
/**
 * As the owner of the file's directory: prints why a text could not be written to it, or nothing. The last word is the file;
 * those before it are places for directories, which that account has to be able to make as well.
 */
const WRITABLE_SCRIPT = String.raw`${OWN_SCRIPT}
me=$(id -u)
for name in "$@"; do :; done
while [ $# -gt 1 ]; do
  up=$1
  while [ ! -e "$up" ] && [ ! -L "$up" ]; do up=$(dirname -- "$up"); done
  [ -d "$up" ] && [ -w "$up" ] && [ -x "$up" ] || echo "the account $me, which owns the directory of $name, may make nothing in $up"
  shift
done
[ -w . ] || echo "the account $me may not write to its own directory"
if [ ! -e "$name" ]; then [ ! -L "$name" ] || echo "$name is a link that leads nowhere"; exit 0; fi
if [ "$me" = 0 ]; then
  [ -L "$name" ] || exit 0
  own || { echo "$name is a link in a directory that others write to"; exit 0; }
  to=$(readlink -f -- "$name")
  cd -P -- "$(dirname -- "$to")"
  [ "$(stat -c %u .)" = 0 ] || echo "$name is a link into a directory of another account"
  exit 0
fi
[ -r "$name" ] || { echo "the account $me, which owns the directory, may not read $name"; exit 0; }
[ "$(stat -L -c %u -- "$name")" = "$me" ] || echo "$name belongs to the account $(stat -L -c %u -- "$name"), and its directory to $me"
case " $(id -G) " in *" $(stat -L -c %g -- "$name") "*) ;; *) echo "$name belongs to the group $(stat -L -c %g -- "$name"), and the account $me does not" ;; esac
`;
/** Prints why somebody else could lead a directory's name elsewhere while root writes there, or nothing. */
export const whyLed = (words: DockerWords, directory: string): Argv => asRoot(words, ...ledBy(directory));
export const whyUnwritable = (words: DockerWords, path: string, directories: readonly string[]): Argv =>
  asRoot(words, ...asOwnerOf(path, "sh", "-c", WRITABLE_SCRIPT, "sh", ...directories));
/**
 * As the owner of the file's directory. $1: SHA-256 of the present content, "" for no file; $2: SHA-256 of the text, since
 * a connection that breaks ends stdin too; $3: name of a file beside it that a new one is like, "" for none; $4: the file.
 * The text comes on stdin. Nobody else may read it before it has the owner and the mode of the old file, or of $3. A link
 * stays a link: its target is written, by root only in a directory of root's. Ends with 3 if $1 differs.
 */
const WRITE_SCRIPT = String.raw`${OWN_SCRIPT}
set -e
if [ "$(id -u)" = 0 ] && [ -L "$4" ] && ! own; then echo 'it is a link in a directory that others write to' >&2; exit ${ENDS.foreign}; fi
set -- "$(readlink -f -- "$4")" "$1" "$2" "$3"
cd -P -- "$(dirname -- "$1")"
set -- "./$(basename -- "$1")" "$2" "$3" "$4"
if [ "$(id -u)" = 0 ] && [ "$(stat -c %u .)" != 0 ]; then echo 'it is a link into a directory of another account' >&2; exit ${ENDS.foreign}; fi
if [ -e "$1" ] && ! [ -r "$1" ]; then echo "the owner of its directory may not read it" >&2; exit ${ENDS.foreign}; fi
is() { if [ -e "$1" ]; then sha256sum < "$1" | cut -c1-64; fi; }
[ "$(is "$1")" = "$2" ] || exit 3
new=$1.dingo-recover-new
rm -f -- "$new"
trap 'rm -f -- "$new"' EXIT
umask 077
set -C
cat > "$new"
[ "$(is "$new")" = "$3" ] || { echo 'not all of the text has come' >&2; exit 4; }
like=$1
if [ ! -e "$1" ]; then like=; [ "$4" = "" ] || like=./$4; fi
if [ "$like" = "" ]; then chmod 644 -- "$new"; else chown --reference="$like" -- "$new"; chmod --reference="$like" -- "$new"; fi
sync -- "$new"
[ "$(is "$1")" = "$2" ] || exit 3
mv -T -f -- "$new" "$1"
trap - EXIT
sync -- .
`;
const REMOVE_SCRIPT = '[ -e "$2" ] || exit 0; [ "$(sha256sum < "$2" | cut -c1-64)" = "$1" ] || exit 3; rm -- "$2"';
export const writeText = (
  words: DockerWords,
  path: string,
  { expected, sum, like = "" }: { readonly expected: string; readonly sum: string; readonly like?: string },
): Argv => asRoot(words, ...asOwnerOf(path, "sh", "-c", WRITE_SCRIPT, "sh", expected, sum, like));
export const removeText = (words: DockerWords, path: string, expected: string): Argv =>
  asRoot(words, ...asOwnerOf(path, "sh", "-c", REMOVE_SCRIPT, "sh", expected));
export const execIn = (words: DockerWords, container: string, argv: Argv): Argv =>
  docker(words, "exec", "-i", container, ...argv);
export const lastSaid = (words: DockerWords, container: string, lines: number): Argv =>
  docker(words, "logs", "--tail", String(lines), container);
export const httpStatus = (url: string): Argv => [
  "curl",
  ...["-q", "-s", "-g", "--noproxy", "*", "--max-time", "10", "-o", "/dev/null", "-w", "%{http_code}", "--"],
  url,
];
