/**
 * Root's work on the data of others, in a file system that no link leads out of: it holds only the source, the
 * destination and the programs. A writer in either directory may swap names during the work.
 */
import { ENTER_SCRIPT } from "./as-owner.ts";
import type { Argv } from "./host-commands.ts";

/**
 * In a new mount namespace. The mounts hide nothing that is used, because nobody works in /sys. `see PATH NAME` shows a
 * directory to be read; no file there is a device or a program. By the settings of libattr `cp` leaves out the capabilities
 * of files, which are a program's rights like setuid.
 */
const EMPTY = String.raw`
mount --make-rprivate / || exit 1
${ENTER_SCRIPT}
put() { mkdir -p "/sys$1" && mount -c --rbind . "/sys$1"; }
see() { enter "$1"; put "$2" && mount -o remount,bind,ro,nodev,nosuid,noexec "/sys$2" || exit 1; }
mount -t tmpfs -o mode=0755 dingo-recover /sys || exit 1
mkdir /sys/tmp /sys/etc
echo 'security.capability skip' > /sys/etc/xattr.conf
for each in /bin /sbin /lib /lib32 /lib64 /libx32; do
  if [ -d "/usr$each" ]; then cd "/usr$each" && put "/usr$each" && mount -o remount,bind,ro "/sys/usr$each" || exit 1; fi
  if [ -L "$each" ]; then cp -P "$each" "/sys$each"; elif [ -d "$each" ]; then cd "$each" && put "$each" && mount -o remount,bind,ro "/sys$each" || exit 1; fi
done
`;
const WITHIN = "exec chroot /sys env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TMPDIR=/tmp sh -c";

/** $1: a directory that is read; $2: a path whose parent is written to; $3: a script, which gets them as $1 and $2. */
const CONFINED = String.raw`${EMPTY}
[ -z "$1" ] || see "$1" /from
enter "$(dirname -- "$2")"
put /to || exit 1
${WITHIN} "$3" sh /from "/to/$(basename -- "$2")"
`;
/** $1 and $2: directories that are read; $3: a script, which gets them as $1 and $2. */
const CONFINED_READ = String.raw`${EMPTY}
[ -z "$1" ] || see "$1" /from
see "$2" /other
${WITHIN} "$3" sh /from /other
`;

/** Runs a script that reads `from` and writes to the parent of `to`; `from` is "" if nothing is read. */
export const confined = (from: string, to: string, script: string): Argv => [
  ...(["unshare", "--mount", "sh", "-c", CONFINED, "sh"] as const),
  ...[from, to, script],
];
/** Runs a script that reads both; `one` is "" if only the other is read. */
export const confinedRead = (one: string, other: string, script: string): Argv => [
  ...(["unshare", "--mount", "sh", "-c", CONFINED_READ, "sh"] as const),
  ...[one, other, script],
];
