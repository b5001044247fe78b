/** `cf:` and CF_API, CF_USERNAME, CF_PASSWORD. */
import { Fields } from "../yaml/fields.js";
import type { Located } from "../yaml/located.js";
import { parseAddress } from "./address.js";
import type { CfConfig } from "./config.js";
import { environmentError, type Reading } from "./reading.js";
import { readSecret } from "./secret.js";

const KEYS = ["api", "skip_ssl_validation", "username", "password"] as const;
const REMEDY = "Write the address of the API: `https://api.SYSTEM-DOMAIN`.";

export function readCf(reading: Reading, node: Located | undefined): CfConfig {
  const fields = node === undefined ? undefined : Fields.of(reading.findings, node, { what: '"cf"', keys: KEYS });
  const api = fields?.text("api");
  const url = api === undefined ? apiOfEnvironment(reading) : parseAddress(api.value, "https")?.url;
  if (api !== undefined && url === undefined)
    reading.findings.add(api.at, { message: '"api" is no address', remedy: REMEDY });
  const username = fields?.text("username")?.value ?? reading.variable("CF_USERNAME");
  const secret = fields?.get("password");
  const password =
    secret !== undefined
      ? readSecret(reading, secret, "password")
      : reading.variable("CF_PASSWORD") === undefined
        ? undefined
        : { kind: "env" as const, name: "CF_PASSWORD" };
  return {
    skipSslValidation: fields === undefined ? false : readFlag(reading, fields),
    ...(url === undefined ? {} : { api: url }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function apiOfEnvironment(reading: Reading): string | undefined {
  const value = reading.variable("CF_API");
  if (value === undefined) return undefined;
  const address = parseAddress(value, "https");
  if (address === undefined) throw environmentError("CF_API", "is no address", REMEDY);
  return address.url;
}

function readFlag(reading: Reading, fields: Fields<(typeof KEYS)[number]>): boolean {
  const node = fields.get("skip_ssl_validation");
  if (node === undefined) return false;
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
  reading.findings.add(node.at, {
    message: '"skip_ssl_validation" is neither true nor false',
    remedy: "Write true or false; YAML reads yes and no as text.",
  });
  return false;
}
