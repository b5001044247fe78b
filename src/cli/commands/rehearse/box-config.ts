/**
 * The configuration of a box, for a process that is not its child. It names the box's credentials, because AWS's own chain
 * would take those in the environment of this process.
 */
import type { Config, SecretReference } from "../../../config/settings/config.ts";
import { loadConfig } from "../../../config/settings/load.ts";
import type { ChildPlace } from "../../../rehearsal/supervisor/child-files.ts";

export function boxConfig({ directory, config: file, env }: Pick<ChildPlace, "directory" | "config" | "env">): Config {
  const config = loadConfig({ env: { ...env }, cwd: directory, file });
  const named = (name: string): SecretReference => ({ kind: "env", name });
  const credentials = { accessKeyId: named("AWS_ACCESS_KEY_ID"), secretAccessKey: named("AWS_SECRET_ACCESS_KEY") };
  return { ...config, s3: { ...config.s3, credentials } };
}
