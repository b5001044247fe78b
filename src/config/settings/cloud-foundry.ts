/** Reads `cf:`. */
import type { Located } from "../../kit/yaml/located.ts";
import type { CfConfig } from "./config.ts";
import { addressOf, Part } from "./part.ts";
import type { Reading } from "./reading.ts";
import type { Way } from "./way.ts";

/** The hosts that `cf` may reach through the hop follow from the address of the API. */
const NEEDS_API = {
  message: '"via_gateway" needs the address of the API',
  remedy: "Add `api: https://api.SYSTEM-DOMAIN`; over the hop only HTTPS is spoken.",
};

export function readCf(reading: Reading, node: Located | undefined, way: Way): CfConfig {
  const part = new Part(reading, "cf", node);
  const api = part.given("api", {
    read: addressOf,
    wrong: "is no address",
    remedy: "Write the address of the API: `https://api.SYSTEM-DOMAIN`.",
  });
  const viaGateway = way.asked(part.get("via_gateway"));
  if (viaGateway && part.fields !== undefined && api?.startsWith("https://") !== true)
    reading.findings.add(part.fields.keyAt("via_gateway"), NEEDS_API);
  return {
    api,
    username: part.text("username"),
    password: part.secret("password"),
    skipSslValidation: part.flag("skip_ssl_validation"),
    viaGateway: viaGateway || undefined,
  };
}
