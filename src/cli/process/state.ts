/** The state directory of this invocation. */
import { StateDirectory } from "../../engine/journal/state-directory.ts";
import { secrets } from "./own-secrets.ts";
import { statePath } from "./state-path.ts";

export interface StateOptions {
  readonly stateDir?: string | undefined;
  readonly now?: () => Date;
}

export function openStateDirectory({ stateDir, now = () => new Date() }: StateOptions): StateDirectory {
  return new StateDirectory({ path: statePath(stateDir, process.env), secrets, now });
}
