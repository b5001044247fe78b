/**
 * A server that runs a stranger's code never fills the engine's disk: it is ended before. The look is a process of root's in
 * the container, which the stranger's account can neither stop nor trace. It outlives this tool, and ends with the container.
 */
import type { DockerWords } from "./docker-commands.ts";
import type { Argv } from "./host-commands.ts";

/**
 * In the container. It ends only if less than 256 MiB or 65,536 files, or half of what was free at first, is left, or nobody
 * can tell. A file system that makes room for each file has 0 of 0. The machine's own programs bring no `awk` (/etc/alternatives).
 */
const LOOK = String.raw`
room() {
  set -- $(stat -f -c '%S %a %d' /dingo/copy)
  [ $# = 3 ] || exit 9
  kilobytes=$(($1 * $2 / 1024)) files=$3
}
room
kept=$((kilobytes / 2)) few=$((files / 2))
[ "$kept" -le 262144 ] || kept=262144
[ "$few" -le 65536 ] || few=65536
while [ "$kilobytes" -ge "$kept" ] && [ "$files" -ge "$few" ]; do sleep 0.2 || exit 9; room; done
exit 9
`;
/** $1: the last line in the log of the container's first process. */
const TELL = 'echo "$1" > /proc/1/fd/2';
/**
 * $1: the container; $2 and $3: the scripts; $4: the line; the rest: the words of `docker`. Docker ends with 1 for a container that does not
 * run. A look that the kernel has killed is begun again.
 */
const KEEP_ROOM = String.raw`
name=$1 look=$2 tell=$3 line=$4; shift 4
{
  while :; do
    "$@" exec --user 0:0 "$name" sh -c "$look"
    case $? in 1) exit ;; 137) ;; *) break ;; esac
  done
  "$@" exec "$name" sh -c "$tell" sh "$line"
  "$@" kill "$name"
} < /dev/null > /dev/null 2>&1 &
`;
/** `line` is said in the container's log when its room has come to an end. */
export const keepRoom = (words: DockerWords, container: string, line: string): Argv => [
  ...(["sh", "-c", KEEP_ROOM, "sh"] as const),
  ...[container, LOOK, TELL, line, ...words],
];
