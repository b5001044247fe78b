/**
 * Every command that changes something on a Docker host, and those that a change is held to, as argv arrays: what the
 * adapter sends, what describe() prints and what a stand-in has to understand are the same thing. Pure.
 */
import type { DockerWords } from "./docker-commands.js";
import type { Argv } from "./host-commands.js";

/** What `docker-compose` 1.x and `docker compose` are called. */
export type ComposeGeneration = "v1" | "v2";

export interface ComposeCall {
  readonly generation: ComposeGeneration;
  readonly project: string;
  readonly directory: string;
  /** Absolute, the one that counts least first. */
  readonly files: readonly string[];
}

/** How many containers services have, where that is not what the file says. */
export type ComposeScales = Readonly<Record<string, number>>;

/** A container that lives for a proof: with another one's image and command, on one directory alone, without network. */
export interface ProofOrder {
  /** Id of the container that it is made like. What that was told may hold passwords, so that nobody else hands it on. */
  readonly of: string;
  readonly name: string;
  readonly directory: string;
  readonly target: string;
  readonly labels: Readonly<Record<string, string>>;
}

const docker = (words: DockerWords, ...rest: readonly string[]): Argv => [...words, ...rest];
/** As root, in English. */
const asRoot = (words: DockerWords, ...argv: Argv): Argv =>
  words[0] === "sudo" ? ["sudo", "-n", "env", "LC_ALL=C", ...argv] : ["env", "LC_ALL=C", ...argv];

export const RUN_LABEL = "dingo-recover.run";

export const stopContainer = (words: DockerWords, container: string, graceSeconds: number): Argv =>
  docker(words, "stop", "-t", String(graceSeconds), container);
export const startContainer = (words: DockerWords, container: string): Argv => docker(words, "start", container);
export const commitContainer = (words: DockerWords, container: string, reference: string): Argv =>
  docker(words, "commit", container, reference);
/** The body comes on stdin: what another container was told, its passwords too. */
export const createByApi = (words: DockerWords, socket: string, name: string): Argv =>
  asRoot(
    words,
    ...(["curl", "-q", "-sS", "--unix-socket", socket, "-H", "Content-Type: application/json"] as const),
    ...["--data-binary", "@-", "-w", "\\n%{http_code}", `http://localhost/containers/create?name=${name}`],
  );
/** Neither forced nor with its volumes. */
export const removeContainer = (words: DockerWords, container: string): Argv => docker(words, "rm", container);

export const composeWords = (words: DockerWords, generation: ComposeGeneration): readonly [string, ...string[]] => {
  if (generation === "v2") return [...words, "compose"];
  return words[0] === "sudo" ? ["sudo", "-n", "docker-compose"] : ["docker-compose"];
};

export const composeVersion = (words: DockerWords, generation: ComposeGeneration): Argv => [
  ...composeWords(words, generation),
  "version",
  "--short",
];

const compose = (words: DockerWords, call: ComposeCall, ...rest: readonly string[]): Argv => [
  ...composeWords(words, call.generation),
  ...["-p", call.project, "--project-directory", call.directory],
  ...call.files.flatMap((file) => ["-f", file]),
  ...rest,
];

/** Lines of a service and its hash. */
export const composeHashes = (words: DockerWords, call: ComposeCall): Argv =>
  compose(words, call, "config", "--hash", "*");
export const composeUp = (
  words: DockerWords,
  call: ComposeCall,
  { services, scales }: { readonly services: readonly string[]; readonly scales: ComposeScales },
): Argv =>
  compose(
    words,
    call,
    ...["up", "-d", ...Object.entries(scales).flatMap(([service, count]) => ["--scale", `${service}=${count}`])],
    ...(services.length === 0 ? [] : ["--no-deps", "--", ...services]),
  );

// Files. Paths are absolute.
export const pathKind = (words: DockerWords, path: string): Argv => asRoot(words, "stat", "-c", "%F", "--", path);
/** Names divided by NUL. */
export const namesIn = (words: DockerWords, directory: string): Argv =>
  asRoot(words, "find", `${directory}/`, "-mindepth", "1", "-maxdepth", "1", "-printf", "%f\\0");
export const bytesBelow = (words: DockerWords, directory: string): Argv =>
  asRoot(words, "du", "-s", "-x", "--block-size=1", "--", directory);
export const freeBelow = (words: DockerWords, directory: string): Argv =>
  asRoot(words, "df", "-B1", "--output=avail", "--", directory);
/** Owners, modes, times, links, extended attributes and holes; `-T`: the destination is the name itself. */
export const copyData = (words: DockerWords, from: string, to: string): Argv =>
  asRoot(words, "cp", "-a", "-T", "--sparse=auto", "--reflink=auto", "--", from, to);
/** Of each name below $1 its kind, size, time, owner, mode and link. */
const LIST_SCRIPT = String.raw`list() { cd -P -- "$1" && find . -mindepth 1 \( -type d -printf '%P//d\0' -o -printf '%P//%y %s %T@ %U %G %m %l\0' \); }`;
/**
 * Of a copy that is brought up to date, all goes that is not like the other side in kind, size, time, owner, mode or link.
 * $1: the other side; $2: the copy.
 */
const DIFFERENCE_SCRIPT = String.raw`
set -e
${LIST_SCRIPT}
cd -P -- "$2"
{ (list "$1"); (list "$2"); } | sort -z | uniq -z -u | sed -z 's,//.*,,; s,^,./,' | uniq -z | xargs -0 -r rm -rf --one-file-system --
`;
export const removeDifferences = (words: DockerWords, from: string, to: string): Argv =>
  asRoot(words, "sh", "-c", DIFFERENCE_SCRIPT, "sh", from, to);
/** Prints "0" where all is alike on both sides; what cannot be listed is not. */
const ALIKE_SCRIPT = String.raw`
set -e
${LIST_SCRIPT}
(cd -P -- "$1")
(cd -P -- "$2")
{ (list "$1" || printf '?\0'); (list "$2" || printf '??\0'); } | sort -z | uniq -z -u | head -c 1 | wc -c
`;
export const countDifferent = (words: DockerWords, one: string, other: string): Argv =>
  asRoot(words, "sh", "-c", ALIKE_SCRIPT, "sh", one, other);
/** What is lacking in a copy; what is there as it is there is left alone. */
export const copyDifferences = (words: DockerWords, from: string, to: string): Argv =>
  asRoot(words, "cp", "-a", "-T", "-u", "--sparse=auto", "--reflink=auto", "--", from, to);
/** `-a`: owners kept. */
export const copyOut = (
  words: DockerWords,
  from: { readonly container: string; readonly path: string },
  to: string,
): Argv => docker(words, "cp", "-a", `${from.container}:${from.path}`, to);
export const renameData = (words: DockerWords, from: string, to: string): Argv =>
  asRoot(words, "mv", "-T", "-n", "--", from, to);
export const makeParents = (words: DockerWords, path: string): Argv =>
  asRoot(words, "mkdir", "-p", "--", path.slice(0, Math.max(1, path.lastIndexOf("/"))));
export const removeOwnDirectory = (words: DockerWords, directory: string): Argv =>
  asRoot(words, "rm", "-rf", "--one-file-system", "--", directory);

/**
 * Files, bytes and one hash over kinds, modes, owners, sizes, links and names, then over the bytes of every file. It fails
 * where one of them cannot be read: two sides that both lack it would be alike.
 */
const FINGERPRINT_SCRIPT = String.raw`
set -e
cd -P -- "$1"
unread() { echo unread >&3; }
list() { { find . -printf '%y %m %U %G %l %P\0' || unread; } | sort -z; }
sums() { { find . -type f -print0 || unread; } | sort -z | { xargs -0 -r sha256sum -- || unread; }; }
find . -type f -printf '%s\n' | awk '{ bytes += $1 } END { printf "%d %.0f ", NR, bytes }'
sum=$({ { list; sums; } | sha256sum; } 3>&1)
case $sum in unread*) exit 1 ;; esac
echo "$sum"
`;
export const fingerprintOf = (words: DockerWords, directory: string): Argv =>
  asRoot(words, "sh", "-c", FINGERPRINT_SCRIPT, "sh", directory);

export const hashOf = (words: DockerWords, path: string): Argv => asRoot(words, "sha256sum", "--", path);
/**
 * The text comes on stdin. A link stays one: what it leads to is written. $1: path; $2: SHA-256 of what is there, "" for
 * nothing; $3: SHA-256 of the text, since a connection that breaks ends stdin too. Ends with 3 where something else is there.
 */
const WRITE_SCRIPT = String.raw`
set -e
set -- "$(readlink -f -- "$1")" "$2" "$3"
is() { if [ -e "$1" ]; then sha256sum < "$1" | cut -c1-64; fi; }
[ "$(is "$1")" = "$2" ] || exit 3
new=$1.dingo-recover-new
rm -f -- "$new"
umask 022
set -C
cat > "$new"
[ "$(is "$new")" = "$3" ] || { rm -f -- "$new"; echo 'not all of the text has come' >&2; exit 4; }
if [ -e "$1" ]; then chown --reference="$1" -- "$new"; chmod --reference="$1" -- "$new"; fi
sync -- "$new"
[ "$(is "$1")" = "$2" ] || { rm -f -- "$new"; exit 3; }
mv -T -f -- "$new" "$1"
sync -- "$(dirname -- "$1")"
`;
export const writeText = (
  words: DockerWords,
  path: string,
  { expected, sum }: { readonly expected: string; readonly sum: string },
): Argv => asRoot(words, "sh", "-c", WRITE_SCRIPT, "sh", path, expected, sum);
const REMOVE_SCRIPT = '[ -e "$1" ] || exit 0; [ "$(sha256sum < "$1" | cut -c1-64)" = "$2" ] || exit 3; rm -- "$1"';
export const removeText = (words: DockerWords, path: string, expected: string): Argv =>
  asRoot(words, "sh", "-c", REMOVE_SCRIPT, "sh", path, expected);
/** Whoever runs it need not own the clone. */
export const trackedByGit = (words: DockerWords, directory: string, name: string): Argv =>
  asRoot(words, "git", "-c", "safe.directory=*", "-C", directory, "ls-files", "--error-unmatch", "--", name);

export const execIn = (words: DockerWords, container: string, argv: Argv): Argv =>
  docker(words, "exec", "-i", container, ...argv);
export const lastSaid = (words: DockerWords, container: string, lines: number): Argv =>
  docker(words, "logs", "--tail", String(lines), container);
export const httpStatus = (url: string): Argv => [
  "curl",
  ...["-q", "-s", "-g", "--noproxy", "*", "--max-time", "10", "-o", "/dev/null", "-w", "%{http_code}", "--"],
  url,
];
