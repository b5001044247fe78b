/** `bosh:` (its gateway: `way.ts`) and BOSH_ENVIRONMENT, BOSH_CA_CERT, BOSH_CLIENT, BOSH_CLIENT_SECRET, BOSH_DEPLOYMENT. */
import { quoted } from "../../kit/text/printable.ts";
import { Fields } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { isLoopback, parseAddress } from "./address.ts";
import type { BoshConfig, SecretReference } from "./config.ts";
import { readCertificate } from "./certificate.ts";
import { CERTIFICATE } from "./key-text.ts";
import { environmentError, readIfThere, type Reading } from "./reading.ts";
import { readSecret } from "./secret.ts";
import { shownValue } from "./shown-value.ts";

const KEYS = ["environment", "deployment", "ca_cert", "client", "client_secret", "gateway"] as const;
const DIRECTOR_PORT = 25_555;
const DEPLOYMENT = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/u;
const ENVIRONMENT_REMEDY =
  "Write the director's address, `10.0.0.10` or `https://10.0.0.10:25555`; an alias of the bosh CLI is not known here.";

type BoshFields = Fields<(typeof KEYS)[number]>;

export function readBosh(reading: Reading, node: Located | undefined): Omit<BoshConfig, "gateway" | "socks"> {
  const fields = node === undefined ? undefined : Fields.of(reading.findings, node, { what: '"bosh"', keys: KEYS });
  const environment = readEnvironment(reading, fields);
  const deployment = readDeployment(reading, fields);
  const named = fields?.text("ca_cert");
  const caCert =
    named === undefined ? certificateOfEnvironment(reading) : readCertificate(reading, named, "the director's");
  const client = fields?.text("client")?.value ?? reading.variable("BOSH_CLIENT");
  const clientSecret = readClientSecret(reading, fields);
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(deployment === undefined ? {} : { deployment }),
    ...(caCert === undefined ? {} : { caCert }),
    ...(client === undefined ? {} : { client }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
  };
}

function readEnvironment(reading: Reading, fields: BoshFields | undefined): string | undefined {
  const node = fields?.text("environment");
  if (node !== undefined) {
    const url = directorUrl(node.value);
    if (url === undefined)
      reading.findings.add(node.at, {
        message: '"environment" is no address of a director',
        remedy: ENVIRONMENT_REMEDY,
      });
    return url;
  }
  const value = reading.variable("BOSH_ENVIRONMENT");
  const url = value === undefined ? undefined : directorUrl(value);
  if (value !== undefined && url === undefined)
    throw environmentError("BOSH_ENVIRONMENT", "is no address of a director", ENVIRONMENT_REMEDY);
  return url;
}

/** A director speaks TLS; without it only a rehearsal on this very machine. */
function directorUrl(text: string): string | undefined {
  const address = parseAddress(text, "https");
  if (address === undefined || (address.protocol === "http:" && !isLoopback(address.host))) return undefined;
  return address.port === undefined ? `${address.url}:${DIRECTOR_PORT}` : address.url;
}

function readDeployment(reading: Reading, fields: BoshFields | undefined): string | undefined {
  const remedy = "Write the name as `bosh deployments` shows it.";
  const node = fields?.text("deployment");
  if (node !== undefined)
    return reading.matching(node, DEPLOYMENT, { message: '"deployment" is no name of a deployment', remedy });
  const value = reading.variable("BOSH_DEPLOYMENT");
  if (value !== undefined && !DEPLOYMENT.test(value))
    throw environmentError("BOSH_DEPLOYMENT", "is no name of a deployment", remedy);
  return value;
}

function certificateOfEnvironment(reading: Reading): string | undefined {
  const value = reading.variable("BOSH_CA_CERT");
  if (value === undefined || CERTIFICATE.test(value)) return value;
  const text = readIfThere(reading.path(value));
  if (text !== undefined && CERTIFICATE.test(text)) return text;
  const what = `names ${quoted(shownValue(value, "text"))}, which ${text === undefined ? "is not there" : "holds no certificate"}`;
  throw environmentError("BOSH_CA_CERT", what, "Set it to the path of the director's CA certificate, or unset it.");
}

function readClientSecret(reading: Reading, fields: BoshFields | undefined): SecretReference | undefined {
  const node = fields?.get("client_secret");
  if (node !== undefined) return readSecret(reading, node, "client_secret");
  return reading.variable("BOSH_CLIENT_SECRET") === undefined ? undefined : { kind: "env", name: "BOSH_CLIENT_SECRET" };
}
