/**
 * Who may write to a file beside this user and root. As `ssh` looks at its configuration (readconf.c, SSHCONF_CHECKPERM): the owner
 * is this user or root, and neither group nor others may write.
 */
import { statSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { quoted } from "../../kit/text/printable.ts";

const OTHERS_WRITE = 0o022;
/** In such a directory only the owner of a file, and its own, may replace it. */
const STICKY = 0o1000;

/** What is wrong with the file, in words that follow its name; undefined where this user and root alone may write to it. */
export function othersMayWrite(path: string): string | undefined {
  return wrongWith(statSync(path));
}

/** The same of a file that is opened anew by its name: who may write in a directory above it may replace what lies there. */
export function othersMayReplace(path: string): string | undefined {
  return othersMayWrite(path) ?? wrongAbove(dirname(path));
}

function wrongAbove(directory: string): string | undefined {
  const { uid, mode } = statSync(directory);
  const wrong = wrongWith({ uid, mode: (mode & STICKY) === 0 ? mode : mode & ~OTHERS_WRITE });
  if (wrong !== undefined) return `lies in a directory that ${wrong}: ${quoted(directory)}`;
  return dirname(directory) === directory ? undefined : wrongAbove(dirname(directory));
}

function wrongWith({ uid, mode }: Pick<Stats, "uid" | "mode">): string | undefined {
  if (uid !== 0 && uid !== process.getuid?.()) return `belongs to another user (uid ${uid})`;
  if ((mode & OTHERS_WRITE) === 0) return undefined;
  return `can be written by others (mode ${(mode & 0o7777).toString(8).padStart(4, "0")})`;
}
