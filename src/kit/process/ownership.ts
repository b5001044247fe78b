/**
 * Who may write to a file beside this user and root. As `ssh` looks at its configuration (readconf.c, SSHCONF_CHECKPERM): the owner
 * is this user or root, and neither group nor others may write.
 */
import { lstatSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { quoted } from "../text/printable.ts";

const OTHERS_WRITE = 0o022;
/** In such a directory only the owner of a file, and its own, may replace it. */
const STICKY = 0o1000;

/** The fault of the file, in words that follow its name; undefined if this user and root alone may write to it. */
export function othersMayWrite(path: string): string | undefined {
  return wrongWith(statSync(path));
}

/** The same of a file that is opened anew by its name. */
export function othersMayReplace(path: string): string | undefined {
  return wrongWithLink(lstatSync(path)) ?? othersMayWrite(path) ?? othersMayLead(dirname(path));
}

/** The same of a directory and all above it: who may write in one may put something else in the place of what is below. */
export function othersMayLead(directory: string): string | undefined {
  const found = statSync(directory, { throwIfNoEntry: false });
  const wrong = wrongWithLink(lstatSync(directory, { throwIfNoEntry: false })) ?? wrongWith(withoutSticky(found));
  if (wrong !== undefined) return `lies in a directory that ${wrong}: ${quoted(directory)}`;
  return dirname(directory) === directory ? undefined : othersMayLead(dirname(directory));
}

type Rights = Pick<Stats, "uid" | "mode">;

const withoutSticky = (found: Rights | undefined): Rights | undefined =>
  found !== undefined && (found.mode & STICKY) !== 0 ? { uid: found.uid, mode: found.mode & ~OTHERS_WRITE } : found;

/** A link has no mode: its owner may lead it elsewhere. */
const wrongWithLink = (found: Stats | undefined): string | undefined =>
  found?.isSymbolicLink() === true ? wrongWith({ uid: found.uid, mode: 0 }) : undefined;

/** A path that does not exist yet belongs to nobody. */
function wrongWith(found: Rights | undefined): string | undefined {
  if (found === undefined) return undefined;
  const { uid, mode } = found;
  if (uid !== 0 && uid !== process.getuid?.()) return `belongs to another user (uid ${uid})`;
  if ((mode & OTHERS_WRITE) === 0) return undefined;
  return `can be written by others (mode ${(mode & 0o7777).toString(8).padStart(4, "0")})`;
}
