/** Where files of this user lie: settings, keys of hosts, a session, the state directory. */
import { userInfo } from "node:os";
import { isAbsolute } from "node:path";

/** A HOME that is no absolute path is not obeyed: the working directory would be this user's home then. */
export function homeDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const home = env["HOME"];
  if (home !== undefined && isAbsolute(home)) return home;
  try {
    return userInfo().homedir;
  } catch {
    // Containers run accounts that no passwd file knows, with this home.
    return "/";
  }
}
