/** Place of the state directory: --state-dir, then the environment, then the XDG place. */
import { isAbsolute, join, resolve } from "node:path";
import { homeDirectory } from "../../kit/process/home-directory.ts";

export function statePath(given: string | undefined, env: NodeJS.ProcessEnv): string {
  const chosen = given ?? env["DINGO_RECOVER_STATE"];
  if (chosen !== undefined && chosen !== "") return resolve(chosen);
  const xdg = env["XDG_STATE_HOME"];
  // The XDG specification says that a relative path is to be ignored.
  return join(
    xdg !== undefined && isAbsolute(xdg) ? xdg : join(homeDirectory(env), ".local", "state"),
    "dingo-recover",
  );
}
