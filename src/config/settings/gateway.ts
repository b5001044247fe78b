/** `bosh.gateway:` and BOSH_GW_HOST, BOSH_GW_USER, BOSH_GW_PRIVATE_KEY: the one hop to the foundation. */
import { Fields } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import type { GatewayConfig, SecretReference } from "./config.ts";
import { holdsKey } from "./key-text.ts";
import { environmentError, type Reading } from "./reading.ts";
import { readSecret } from "./secret.ts";

const KEYS = ["host", "port", "user", "private_key", "passphrase", "password", "host_key"] as const;
export const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])$/u;
const USER = /^[A-Za-z_][A-Za-z0-9_.-]*$/u;
const KEY_REMEDY =
  "Set it to the path of the key; where a variable is to hold the key itself, name that in the file: `private_key: {env: NAME}`.";
const HOST_KEY = /^(?:(?:ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/=]+(?: .*)?|SHA256:[A-Za-z0-9+/]{43})$/u;

export function readGateway(reading: Reading, node: Located | undefined): GatewayConfig | undefined {
  if (node === undefined) return gatewayOfEnvironment(reading);
  const fields = Fields.of(reading.findings, node, { what: '"gateway"', keys: KEYS });
  if (fields === undefined) return undefined;
  const host = reading.matching(fields.needText("host", "Add `host:`, the jump box."), HOST, {
    message: '"host" is no host name or address',
    remedy: "Write the name or the address alone, without scheme, user and port.",
  });
  const user = reading.matching(fields.needText("user", "Add `user:`, whom to log in as there, e.g. `ubuntu`."), USER, {
    message: '"user" is no user name',
    remedy: "Write the name alone.",
  });
  const hostKey = reading.matching(fields.text("host_key"), HOST_KEY, {
    message: '"host_key" is no public key',
    remedy:
      "Write it as `ssh-keyscan HOST` prints it, without the host: `ssh-ed25519 AAAA…`; or its fingerprint, `SHA256:…`.",
  });
  const secrets = readSecrets(reading, fields);
  const port = readPort(reading, fields.get("port"));
  if (host === undefined || user === undefined) return undefined;
  return { host, port, user, ...secrets, ...(hostKey === undefined ? {} : { hostKey }) };
}

type GatewayFields = Fields<(typeof KEYS)[number]>;
type GatewaySecrets = Pick<GatewayConfig, "privateKey" | "passphrase" | "password">;

function readSecrets(reading: Reading, fields: GatewayFields): GatewaySecrets {
  const [key, passphrase, password] = [fields.get("private_key"), fields.get("passphrase"), fields.get("password")];
  const privateKey = key === undefined ? undefined : readPrivateKey(reading, key);
  const passphraseReference = passphrase === undefined ? undefined : readSecret(reading, passphrase, "passphrase");
  const passwordReference = password === undefined ? undefined : readSecret(reading, password, "password");
  return {
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(passphraseReference === undefined ? {} : { passphrase: passphraseReference }),
    ...(passwordReference === undefined ? {} : { password: passwordReference }),
  };
}

/** A path is no secret; the key itself is. */
function readPrivateKey(reading: Reading, node: Located): SecretReference | undefined {
  const path = node.kind === "scalar" ? node.value : undefined;
  if (typeof path === "string" && path !== "" && !holdsKey(path)) return { kind: "file", path: reading.path(path) };
  return readSecret(reading, node, "private_key");
}

function readPort(reading: Reading, node: Located | undefined): number {
  if (node === undefined) return 22;
  const value = node.kind === "scalar" ? node.value : undefined;
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536) return value;
  reading.findings.add(node.at, {
    message: '"port" is no port',
    remedy: "Write a number from 1 to 65535, without quotes.",
  });
  return 22;
}

function gatewayOfEnvironment(reading: Reading): GatewayConfig | undefined {
  const host = reading.variable("BOSH_GW_HOST");
  if (host === undefined) return undefined;
  const [, name = host, port] = /^([^:]+|\[.+\]):(\d+)$/u.exec(host) ?? [];
  if (!HOST.test(name))
    throw environmentError("BOSH_GW_HOST", "is no host name or address", "Set it to HOST or HOST:PORT.");
  const key = reading.variable("BOSH_GW_PRIVATE_KEY");
  if (key !== undefined && holdsKey(key)) throw environmentError("BOSH_GW_PRIVATE_KEY", "names no file", KEY_REMEDY);
  return {
    host: name,
    port: Number(port ?? 22),
    user: userOf(reading.variable("BOSH_GW_USER"), "BOSH_GW_USER"),
    ...(key === undefined ? {} : { privateKey: { kind: "file", path: reading.path(key) } }),
  };
}

export function userOf(name: string | undefined, variable: string): string {
  if (name !== undefined && USER.test(name)) return name;
  throw environmentError(
    variable,
    "names no user for the gateway",
    "Set BOSH_GW_USER, or write USER@ before the host in BOSH_ALL_PROXY.",
  );
}
