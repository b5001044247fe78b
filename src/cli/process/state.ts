/** The state directory of this invocation: --state-dir, then the environment, then the XDG place. */
import { isAbsolute, join, resolve } from "node:path";
import { StateDirectory } from "../../engine/journal/state-directory.ts";
import { homeDirectory } from "../../kit/process/home-directory.ts";
import { secrets } from "./failure.ts";

export interface StateOptions {
  readonly stateDir?: string | undefined;
  readonly now?: () => Date;
}

export function openStateDirectory({ stateDir, now = () => new Date() }: StateOptions): StateDirectory {
  return new StateDirectory({ path: statePath(stateDir, process.env), secrets, now });
}

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
