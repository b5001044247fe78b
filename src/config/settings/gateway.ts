/** `bosh.gateway:` and BOSH_GW_HOST, BOSH_GW_USER, BOSH_GW_PRIVATE_KEY: the one hop to the foundation. */
import type { Located } from "../../kit/yaml/located.ts";
import type { GatewayConfig, SecretReference } from "./config.ts";
import { holdsKey } from "./key-text.ts";
import { fitting, Part } from "./part.ts";
import { environmentError, type Reading } from "./reading.ts";
import { readSecret } from "./secret.ts";

export const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])$/u;
const USER = /^[A-Za-z_][A-Za-z0-9_.-]*$/u;
const KEY_REMEDY =
  "Set it to the path of the key; if a variable is to hold the key itself, name that in the file: `private_key: {env: NAME}`.";
const HOST_KEY = /^(?:(?:ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/=]+(?: .*)?|SHA256:[A-Za-z0-9+/]{43})$/u;

export function readGateway(reading: Reading, node: Located | undefined): GatewayConfig | undefined {
  if (node === undefined) return gatewayOfEnvironment(reading);
  const part = new Part(reading, "bosh.gateway", node);
  const host = part.given("host", {
    needed: "Add `host:`, the jump box.",
    read: fitting(HOST),
    wrong: "is no host name or address",
    remedy: "Write the name or the address alone, without scheme, user and port.",
  });
  const user = part.given("user", {
    needed: "Add `user:`, whom to log in as there, e.g. `ubuntu`.",
    read: fitting(USER),
    wrong: "is no user name",
    remedy: "Write the name alone.",
  });
  const hostKey = part.given("host_key", {
    read: fitting(HOST_KEY),
    wrong: "is no public key",
    remedy:
      "Write it as `ssh-keyscan HOST` prints it, without the host: `ssh-ed25519 AAAA…`; or its fingerprint, `SHA256:…`.",
  });
  const key = part.get("private_key");
  const privateKey = key && readPrivateKey(reading, key);
  const [passphrase, password] = [part.secret("passphrase"), part.secret("password")];
  const port = readPort(reading, part.get("port"));
  if (host === undefined || user === undefined) return undefined;
  return { host, port, user, privateKey, passphrase, password, hostKey };
}

/** Takes the path of a key. The key itself is a secret, and refused. */
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
    message: 'the value of "bosh.gateway.port" is no port',
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
    privateKey: key === undefined ? undefined : { kind: "file", path: reading.path(key) },
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
