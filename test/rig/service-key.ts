/** An independent client: the real cf CLI makes a service key of its own, as an application's developer would. */
import { dirname, join } from "node:path";
import { execa } from "execa";
import { builtProgram } from "./cache.js";
import { type Foundation, ORG, SPACE } from "./foundation.js";
import type { Login } from "./postgres-node.js";

interface KeyCredentials {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** The address and the account of a fresh service key. */
export async function freshServiceKey(foundation: Foundation, instance: string, key: string): Promise<Login> {
  const env = {
    PATH: `${dirname(builtProgram("cf"))}:/usr/bin:/bin`,
    CF_HOME: join(foundation.directory, `cf-home-${key}`),
    CF_USERNAME: foundation.person.name,
    CF_PASSWORD: foundation.person.password,
  };
  await execa("mkdir", ["-p", env.CF_HOME]);
  const cf = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await execa("cf", args, { env, extendEnv: false });
    return stdout;
  };
  await cf("api", foundation.cloudController.url, "--skip-ssl-validation");
  await cf("auth");
  await cf("target", "-o", ORG, "-s", SPACE);
  await cf("create-service-key", instance, key);
  const shown = await cf("service-key", instance, key);
  const document = JSON.parse(shown.slice(shown.indexOf("{"))) as { credentials?: KeyCredentials } & KeyCredentials;
  const { host, port, username, password } = document.credentials ?? document;
  return { host, port, username, password };
}
