/**
 * Work in somebody else's directory, done as that account. Root would follow a link that the owner puts there, and run
 * programs from the owner's settings of git (core.fsmonitor).
 */
import type { Argv } from "./host-commands.ts";

/**
 * Exit codes: root would follow somebody else's link; a directory is absent; a directory may not be entered; data hold
 * programs with their owner's rights, or devices.
 */
export const ENDS = { foreign: 5, absent: 6, closed: 7, powers: 88 } as const;

/** The number of an account that owns nothing (nobody). */
const NOBODY = "65534";

/** A pattern for `case`: only these words say that nothing is there. Things behind a closed directory are not seen either. */
export const NOWHERE =
  "*': No such file or directory' | *': No such file or directory (os error 2)' | *': Not a directory'";

/** A function for a script: whether root alone writes to the working directory. */
export const OWN_SCRIPT = String.raw`
own() {
  [ "$(stat -c %u .)" = 0 ] || return 1
  case $(stat -c '%A %g' .) in ????????w*) return 1 ;; ?????w*' 0') return 0 ;; ?????w*) return 1 ;; esac
}
`;

/**
 * For a script, `enter PATH`: goes there name by name, so that it stands in the very directory that it has looked at. Root
 * follows a link of root's, and one of the account that owns what it leads to at last; $owner is that account.
 */
export const ENTER_SCRIPT = String.raw`${OWN_SCRIPT}
foreign() { echo "$1: a link of another account lies on the way, and root does not follow it" >&2; exit ${ENDS.foreign}; }
whose() {
  case $(stat -c '%u %A' .) in
    '0 '*[tT]) stat -c %u -- "./$1" ;;
    '0 '*) echo nobody ;;
    *) stat -c %u . ;;
  esac
}
enter() {
  rest=$1 by= links=0
  cd / || exit 1
  while [ -n "$rest" ]; do
    part=\${rest%%/*}
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
    case $part in '' | .) continue ;; esac
    if [ "$part" != .. ] && [ -L "./$part" ]; then
      links=$((links + 1))
      [ "$links" -le 40 ] || { echo "$1: too many links lie on the way" >&2; exit ${ENDS.closed}; }
      own || by="$by $(whose "$part")"
      to=$(readlink -- "./$part") || exit 1
      case $to in /*) cd / ;; esac
      rest=$to/$rest
      continue
    fi
    here=$(pwd -P)
    if ! cd -P -- "./$part" 2> /dev/null; then
      case $(LC_ALL=C stat -L -- "./$part" 2>&1) in ${NOWHERE}) there= ;; *) there=yes ;; esac
      if [ -z "$there" ] || { [ -e "./$part" ] && [ ! -d "./$part" ]; }; then
        echo "$1: there is no such directory" >&2
        exit ${ENDS.absent}
      fi
      echo "$1: it cannot be entered" >&2
      exit ${ENDS.closed}
    fi
    [ "$part" = .. ] || [ "$(pwd -P)" = "\${here%/}/$part" ] || foreign "$1"
  done
  owner=$(stat -c %u .) || exit 1
  [ "$(id -u)" = 0 ] || return 0
  for each in $by; do [ "$each" = "$owner" ] || [ "$each" = 0 ] || foreign "$1"; done
}
`.replaceAll("\\$", "$");

/** The end of a script in a directory of $owner: runs the rest of its words as that account, on $name. */
const HANDED_OVER = String.raw`
if [ "$(id -u)" = 0 ] && [ "$owner" != 0 ]; then
  group=$(getent passwd "$owner" | cut -d: -f4)
  if [ -n "$group" ]; then set -- --init-groups -- "$@"; else group=$(stat -c %g .); set -- --clear-groups -- "$@"; fi
  set -- setpriv --reuid "$owner" --regid "$group" --no-new-privs "$@"
fi
exec setsid -w env -i LC_ALL=C PATH="$PATH" "$@" "$name"
`;

/**
 * $1: absolute path of a file; the rest: the program that runs in the file's directory, with a clean environment and no
 * terminal. Its last argument is the file, as `./NAME`. Ends with 127 if the machine has no `setpriv`: nothing was run.
 */
const asOwner = (resolving: string): string => String.raw`${ENTER_SCRIPT}
enter "$(dirname -- "$1")"
name=./$(basename -- "$1")
${resolving}shift${HANDED_OVER}`;

/** Follows links of root: the owner of the directory at their end does the work. */
const RESOLVING = String.raw`while [ "$(id -u)" = 0 ] && own && [ -L "$name" ] && [ -e "$name" ]; do
  to=$(readlink -- "$name")
  case $to in /*) ;; *) to=$(pwd -P)/$to ;; esac
  enter "$(dirname -- "$to")"
  name=./$(basename -- "$to")
done
`;

const AS_OWNER = asOwner("");
const AS_OWNER_OF_TARGET = asOwner(RESOLVING);

export const asOwnerOf = (file: string, ...argv: Argv): Argv => ["sh", "-c", AS_OWNER, "sh", file, ...argv];
/** Runs a program that only reads as the owner of the directory where the file lies. */
export const asOwnerOfTarget = (file: string, ...argv: Argv): Argv => [
  ...(["sh", "-c", AS_OWNER_OF_TARGET, "sh", file] as const),
  ...argv,
];

/**
 * Directories, `--`, and a program that reads files there by their paths and repeats what they say, like Compose. Root runs it as the
 * account that could put a link to root's files there; as nobody, if there are several such accounts, or if a directory is not found.
 */
const AS_READER = String.raw`${ENTER_SCRIPT}
reader() {
  enter "$1"
  from=
  while :; do
    own || case $from$(stat -c '%u %A' .) in
      below'0 '*[tT]) ;;
      '0 '* | below'0 '*) echo ${NOBODY}; exit ;;
      *) stat -c %u .; exit ;;
    esac
    [ "$(pwd -P)" != / ] || exit 0
    cd -P .. || exit 1
    from=below
  done
}
who=
while [ "$1" != -- ]; do
  each=
  [ "$(id -u)" != 0 ] || each=$(reader "$1" 2> /dev/null) || each=${NOBODY}
  [ -z "$who" ] || [ -z "$each" ] || [ "$who" = "$each" ] || each=${NOBODY}
  who=\${each:-$who}
  shift
done
shift
[ -n "$who" ] || exec "$@"
group=$(getent passwd "$who" | cut -d: -f4)
if [ -n "$group" ]; then set -- --init-groups -- "$@"; else group=${NOBODY}; set -- --clear-groups -- "$@"; fi
cd / || exit 1
unset DOCKER_CONFIG
HOME=/nonexistent exec setpriv --reuid "$who" --regid "$group" --no-new-privs "$@"
`.replaceAll("\\$", "$");
export const asReader = (directories: readonly string[], ...argv: readonly string[]): Argv => [
  ...(["sh", "-c", AS_READER, "sh"] as const),
  ...directories,
  "--",
  ...argv,
];

/** $1: a directory. The owner of the first directory above it that exists makes those that do not. */
const MADE_BY_OWNER = String.raw`${ENTER_SCRIPT}
up=$1 left=
while :; do
  (enter "$up") 2> /dev/null
  [ $? = ${ENDS.absent} ] || break
  left=$(basename -- "$up")/$left up=$(dirname -- "$up")
done
enter "$up"
[ -n "$left" ] || exit 0
name=./$left
set -- mkdir -p --${HANDED_OVER}`;
export const madeByOwner = (directory: string): Argv => ["sh", "-c", MADE_BY_OWNER, "sh", directory];

/**
 * $1: a directory that root is to write in by its name. Prints why somebody else than root and this account could lead that name
 * elsewhere, or nothing. A name in a directory like /tmp is its owner's.
 */
const LED_BY = String.raw`${ENTER_SCRIPT}
safe() { own || { [ "$(stat -c %u .)" = "$(id -u)" ] && case $(stat -c %A .) in ?????w* | ????????w*) return 1 ;; esac; }; }
mine() { [ "$1" = 0 ] || [ "$1" = "$(id -u)" ]; }
told() { echo "others than root may write to $(pwd -P)"; exit 0; }
enter "$1"
safe || told
while [ "$(pwd -P)" != / ]; do
  below=$(stat -c %u .)
  cd -P .. || exit 1
  safe && continue
  case $(stat -c '%u %A' .) in '0 '*[tT]) mine "$below" && continue ;; esac
  told
done
`;
export const ledBy = (directory: string): Argv => ["sh", "-c", LED_BY, "sh", directory];
