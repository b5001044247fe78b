/**
 * The settings that environment and file lack for the systems in use: all at once, each with the places where it can
 * come from. Opens no connection. S3's standard chain is not judged, because only a log-in can tell.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { homeDirectory } from "../../kit/process/home-directory.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Config, S3Keys, SecretReference } from "./config.ts";
import type { Environment } from "./reading.ts";

export type System = "cf" | "bosh" | "s3" | "log-stores";

export interface Missing {
  /** As the configuration names it, or as people do. */
  readonly what: string;
  /** Where it can come from: one sentence. */
  readonly from: string;
}

export interface MissingOptions {
  readonly systems: ReadonlySet<System>;
  readonly env: Environment;
  /** Somebody has to find the archive by its bucket. */
  readonly needsBucket: boolean;
}

const BUCKET: Missing = {
  what: "s3.bucket",
  from: "Set it in the file, or give --input archive=s3://BUCKET/backups/GUID/wal.",
};

/** Empty if no setting is known to be missing. */
export function missingOf(config: Config, { systems, env, needsBucket }: MissingOptions): readonly Missing[] {
  return [
    ...(systems.has("cf") ? ofCf(config, env) : []),
    ...(systems.has("bosh") ? [...ofDirector(config, env), ...ofGateway(config, env)] : []),
    ...(systems.has("s3") ? ofStore(config, env) : []),
    ...(systems.has("log-stores") ? ofLogStores(config, env) : []),
    ...(needsBucket && config.s3.bucket === undefined ? [BUCKET] : []),
  ];
}

/** The file where the cf CLI keeps its session. */
export function sessionFile(env: Environment): string {
  const own = env["CF_HOME"];
  return join(own === undefined || own === "" ? homeDirectory(env) : own, ".cf", "config.json");
}

function ofCf({ cf }: Config, env: Environment): readonly Missing[] {
  const password = secret("cf.password", cf.password, env);
  if (cf.username !== undefined && cf.password !== undefined)
    return [...(cf.api === undefined ? [{ what: "cf.api", from: "Set it in the file, or CF_API." }] : []), ...password];
  if (existsSync(sessionFile(env))) return [];
  return [
    {
      what: "a log-in to Cloud Foundry",
      from: `Log in with "cf login"; or set ${cf.api === undefined ? "cf.api (or CF_API), " : ""}CF_USERNAME and CF_PASSWORD.`,
    },
  ];
}

function ofDirector({ bosh }: Config, env: Environment): readonly Missing[] {
  const absent = [
    ["bosh.environment", bosh.environment, "Set it in the file, or BOSH_ENVIRONMENT: the director's address."],
    ["bosh.client", bosh.client, "Set BOSH_CLIENT, or name it in the file."],
    ["bosh.client_secret", bosh.clientSecret, "Set BOSH_CLIENT_SECRET, or name in the file where it is to be had."],
  ] as const;
  return [
    ...absent.flatMap(([what, value, from]) => (value === undefined ? [{ what, from }] : [])),
    ...secret("bosh.client_secret", bosh.clientSecret, env),
  ];
}

function ofGateway({ bosh: { gateway } }: Config, env: Environment): readonly Missing[] {
  return [
    ...secret("bosh.gateway.private_key", gateway?.privateKey, env),
    ...secret("bosh.gateway.passphrase", gateway?.passphrase, env),
    ...secret("bosh.gateway.password", gateway?.password, env),
  ];
}

function ofStore({ s3 }: Config, env: Environment): readonly Missing[] {
  return (["credentials", "source"] as const).flatMap((name) => ofKeys(`s3.${name}`, s3[name], env));
}

function ofKeys(name: string, keys: S3Keys | undefined, env: Environment): readonly Missing[] {
  const id = keys?.accessKeyId;
  return [
    ...(typeof id === "object" ? secret(`${name}.access_key_id`, id, env) : []),
    ...secret(`${name}.secret_access_key`, keys?.secretAccessKey, env),
    ...secret(`${name}.session_token`, keys?.sessionToken, env),
  ];
}

function ofLogStores({ logStores = [] }: Config, env: Environment): readonly Missing[] {
  return logStores.flatMap(({ section, login }) => {
    if (login === undefined) return [];
    return login.kind === "api-key"
      ? secret(`${section}.api_key`, login.key, env)
      : secret(`${section}.password`, login.password, env);
  });
}

/** A command that gives a secret is not run for this: its secret counts as present. */
function secret(what: string, reference: SecretReference | undefined, env: Environment): readonly Missing[] {
  if (reference?.kind === "env" && (env[reference.name] ?? "") === "")
    return [{ what, from: `The file names the environment variable ${reference.name}: set it.` }];
  if (reference?.kind === "file" && !existsSync(reference.path))
    return [{ what, from: `The file names ${quoted(reference.path)}, which is not there.` }];
  return [];
}
