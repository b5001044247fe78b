/** `broker:`, or BROKER_USERNAME and BROKER_PASSWORD beside its `url`: the credentials that Cloud Controller has for it. */
import { Fields } from "../yaml/fields.js";
import type { Located } from "../yaml/located.js";
import { parseAddress } from "./address.js";
import type { BrokerConfig, SecretReference } from "./config.js";
import { readCertificate } from "./certificate.js";
import type { Reading } from "./reading.js";
import { readSecret } from "./secret.js";
import type { Way } from "./way.js";

const KEYS = ["url", "username", "password", "ca_cert", "via_gateway"] as const;
const PASSWORD = "BROKER_PASSWORD";
const URL_REMEDY = "Write scheme, host and port, without user and path: `http://10.0.0.9:8888`.";

export function readBroker(reading: Reading, node: Located | undefined, way: Way): BrokerConfig | undefined {
  const fields = node === undefined ? undefined : Fields.of(reading.findings, node, { what: '"broker"', keys: KEYS });
  if (fields === undefined) return undefined;
  const address = fields.needText("url", URL_REMEDY);
  const url = address === undefined ? undefined : parseAddress(address.value, "http")?.url;
  if (address !== undefined && url === undefined)
    reading.findings.add(address.at, { message: '"url" is no address of a broker', remedy: URL_REMEDY });
  const username = fields.text("username")?.value ?? reading.variable("BROKER_USERNAME");
  const password = readPassword(reading, fields.get("password"));
  const caCert = readCertificate(reading, fields.text("ca_cert"), "the broker's");
  const viaGateway = way.asked(fields.get("via_gateway"));
  if (url === undefined) return undefined;
  return {
    url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(caCert === undefined ? {} : { caCert }),
    ...(viaGateway ? { viaGateway } : {}),
  };
}

function readPassword(reading: Reading, node: Located | undefined): SecretReference | undefined {
  if (node !== undefined) return readSecret(reading, node, "password");
  return reading.variable(PASSWORD) === undefined ? undefined : { kind: "env", name: PASSWORD };
}
