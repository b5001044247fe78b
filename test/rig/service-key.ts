/** An independent client: the real cf CLI in a separate home, as an application's developer would have it. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { builtProgram } from "./cache.ts";
import { type Foundation, ORG, SPACE } from "./foundation.ts";
import type { Login } from "./postgres-node.ts";

export type CfProgram = (...args: readonly string[]) => Promise<string>;

/** The CLI, logged in and with the space targeted; `who` names its home. */
export async function cfProgram(foundation: Foundation, who: string): Promise<CfProgram> {
  const env = {
    PATH: `${dirname(builtProgram("cf"))}:/usr/bin:/bin`,
    CF_HOME: join(foundation.directory, `cf-home-${who}`),
    CF_USERNAME: foundation.person.name,
    CF_PASSWORD: foundation.person.password,
  };
  await mkdir(env.CF_HOME, { recursive: true });
  const cf: CfProgram = async (...args) => (await execa("cf", args, { env, extendEnv: false })).stdout;
  await cf("api", foundation.cloudController.url, "--skip-ssl-validation");
  await cf("auth");
  await cf("target", "-o", ORG, "-s", SPACE);
  return cf;
}

interface KeyCredentials {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** The address and the account of a fresh service key. */
export async function freshServiceKey(foundation: Foundation, instance: string, key: string): Promise<Login> {
  const cf = await cfProgram(foundation, key);
  await cf("create-service-key", instance, key);
  const shown = await cf("service-key", instance, key);
  const document = JSON.parse(shown.slice(shown.indexOf("{"))) as { credentials?: KeyCredentials } & KeyCredentials;
  const { host, port, username, password } = document.credentials ?? document;
  return { host, port, username, password };
}
