/** `cf:` and CF_API, CF_USERNAME, CF_PASSWORD. */
import { Fields } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { parseAddress } from "./address.ts";
import type { CfConfig } from "./config.ts";
import { environmentError, type Reading } from "./reading.ts";
import { readSecret } from "./secret.ts";
import type { Way } from "./way.ts";

const KEYS = ["api", "skip_ssl_validation", "username", "password", "via_gateway"] as const;
const REMEDY = "Write the address of the API: `https://api.SYSTEM-DOMAIN`.";

/** The hosts that `cf` may reach through the hop follow from the address of the API. */
const NEEDS_API = {
  message: '"via_gateway" needs the address of the API',
  remedy: "Add `api: https://api.SYSTEM-DOMAIN`; over the hop only HTTPS is spoken.",
};

export function readCf(reading: Reading, node: Located | undefined, way: Way): CfConfig {
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
  const viaGateway = way.asked(fields?.get("via_gateway"));
  if (viaGateway && fields !== undefined && url?.startsWith("https://") !== true)
    reading.findings.add(fields.keyAt("via_gateway"), NEEDS_API);
  return {
    skipSslValidation:
      fields === undefined ? false : reading.flag(fields.get("skip_ssl_validation"), "skip_ssl_validation"),
    ...(url === undefined ? {} : { api: url }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(viaGateway ? { viaGateway } : {}),
  };
}

function apiOfEnvironment(reading: Reading): string | undefined {
  const value = reading.variable("CF_API");
  if (value === undefined) return undefined;
  const address = parseAddress(value, "https");
  if (address === undefined) throw environmentError("CF_API", "is no address", REMEDY);
  return address.url;
}
