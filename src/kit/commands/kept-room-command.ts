/**
 * A server that runs a stranger's code never fills the engine's disk: it is ended before. The look is a process of root's in
 * the container, which the stranger's account can neither stop nor trace. It outlives this tool, and ends with the container.
 */
import type { DockerWords } from "./docker-commands.ts";
import type { Argv } from "./host-commands.ts";

/** In the container. It ends only if less than 256 MiB, or half of the first room, is left, or nobody can tell. */
const LOOK = String.raw`
room() { df -Pk /dingo/copy | awk 'NR == 2 { print $4 }'; }
kept=$(room); kept=$((kept / 2)); [ "$kept" -le 262144 ] || kept=262144
while now=$(room) && [ "$now" -ge "$kept" ]; do sleep 0.2 || exit 9; done
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
