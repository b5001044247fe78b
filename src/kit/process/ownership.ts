/**
 * Who may write to a file beside this user and root. As `ssh` looks at its configuration (readconf.c, SSHCONF_CHECKPERM): the owner
 * is this user or root, and neither group nor others may write.
 */
import { lstatSync, readlinkSync, statSync, type Stats } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { quoted } from "../text/printable.ts";

const OTHERS_WRITE = 0o022;
/** In such a directory only the owner of a file, and its own, may replace it. */
const STICKY = 0o1000;
/** As the kernel counts them (path_resolution(7)). */
const MOST_LINKS = 40;

/** The fault of the file, in words that follow its name; undefined if this user and root alone may write to it. */
export function othersMayWrite(path: string): string | undefined {
  return wrongWith(statSync(path));
}

/** The same of a file that is opened anew by its name. */
export function othersMayReplace(path: string): string | undefined {
  return othersMayWrite(path) ?? othersMayLead(path);
}

/**
 * The same of a directory, of all above it, and of each link on the way with all above its target: who may write in one may put
 * something else in the place of what is below. A path that does not exist yet belongs to nobody.
 */
export function othersMayLead(directory: string): string | undefined {
  const left = resolve(directory).split("/");
  // Never behind a link: `..` leads up from there.
  let at = "/";
  for (let links = 0; links <= MOST_LINKS; ) {
    const name = left.shift();
    const found = name === undefined ? undefined : lstatSync(join(at, name), { throwIfNoEntry: false });
    if (name === undefined || found === undefined) return undefined;
    const isLink = found.isSymbolicLink();
    const wrong = wrongWith(isLink ? { uid: found.uid, mode: 0 } : withoutSticky(found));
    if (wrong !== undefined)
      return `${isLink ? "is reached by a link" : "lies in a directory"} that ${wrong}: ${quoted(join(at, name))}`;
    if (!isLink) at = join(at, name);
    else {
      const target = readlinkSync(join(at, name));
      left.unshift(...target.split("/"));
      if (isAbsolute(target)) at = "/";
      links += 1;
    }
  }
  // Nothing can be opened or made there.
  return undefined;
}

type Rights = Pick<Stats, "uid" | "mode">;

const withoutSticky = ({ uid, mode }: Rights): Rights => ({
  uid,
  mode: (mode & STICKY) === 0 ? mode : mode & ~OTHERS_WRITE,
});

function wrongWith({ uid, mode }: Rights): string | undefined {
  if (uid !== 0 && uid !== process.getuid?.()) return `belongs to another user (uid ${uid})`;
  if ((mode & OTHERS_WRITE) === 0) return undefined;
  return `can be written by others (mode ${(mode & 0o7777).toString(8).padStart(4, "0")})`;
}
