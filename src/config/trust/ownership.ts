/**
 * Who may write to a file beside this user and root. As `ssh` looks at its configuration (readconf.c, SSHCONF_CHECKPERM): the owner
 * is this user or root, and neither group nor others may write.
 */
import { statSync, type Stats } from "node:fs";
import { dirname } from "node:path";

const OTHERS_WRITE = 0o022;
/** In such a directory only the owner of a file may replace it. */
const STICKY = 0o1000;

/** The defect of the file, in words that follow its name; undefined if only this user and root may write to it. */
export function othersMayWrite(path: string): string | undefined {
  return wrongWith(statSync(path));
}

/** The same of a file that is opened anew by its name: who may write in its directory may replace it. */
export function othersMayReplace(path: string): string | undefined {
  const directory = statSync(dirname(path));
  const wrong = (directory.mode & STICKY) !== 0 ? undefined : wrongWith(directory);
  return othersMayWrite(path) ?? (wrong === undefined ? undefined : `lies in a directory that ${wrong}`);
}

function wrongWith({ uid, mode }: Pick<Stats, "uid" | "mode">): string | undefined {
  if (uid !== 0 && uid !== process.getuid?.()) return `belongs to another user (uid ${uid})`;
  if ((mode & OTHERS_WRITE) === 0) return undefined;
  return `can be written by others (mode ${(mode & 0o7777).toString(8).padStart(4, "0")})`;
}
