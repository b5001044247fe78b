/** `s3:` and AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION. */
import { Fields } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { parseAddress } from "./address.ts";
import type { AddressStyle, S3Config, S3Keys, SecretReference } from "./config.ts";
import { environmentError, type Reading } from "./reading.ts";
import { readSecret } from "./secret.ts";
import type { Way } from "./way.ts";

const KEYS = ["endpoint", "region", "address_style", "bucket", "credentials", "source", "via_gateway"] as const;
const CREDENTIAL_KEYS = ["access_key_id", "secret_access_key", "session_token"] as const;
const ENDPOINT_REMEDY =
  "Write the address of the store without bucket and path: `https://s3.example.org`; leave it out for AWS.";
const REGION = /^[A-Za-z0-9-]+$/u;
const STYLE = /^(?:path|virtual)$/u;
/** Buckets of the first era may have capitals and underscores. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/u;

type S3Fields = Fields<(typeof KEYS)[number]>;

export function readS3(reading: Reading, node: Located | undefined, way: Way): S3Config {
  const fields = node === undefined ? undefined : Fields.of(reading.findings, node, { what: '"s3"', keys: KEYS });
  const endpoint = readEndpoint(reading, fields);
  const region =
    reading.matching(fields?.text("region"), REGION, {
      message: '"region" is no region',
      remedy: "Write it as in `us-east-1`.",
    }) ??
    reading.variable("AWS_REGION") ??
    reading.variable("AWS_DEFAULT_REGION");
  const addressStyle = reading.matching(fields?.text("address_style"), STYLE, {
    message: '"address_style" is neither "path" nor "virtual"',
    remedy: "Write `virtual` for a store that takes the bucket in the host's name, else leave it out.",
  });
  const bucket = reading.matching(fields?.text("bucket"), BUCKET, {
    message: '"bucket" is no name of a bucket',
    remedy: "Write the name alone, without s3:// and without a path.",
  });
  const keys = (name: "credentials" | "source"): S3Keys | undefined => readKeys(reading, fields?.get(name), name);
  const [credentials, source] = [keys("credentials"), keys("source")];
  const viaGateway = way.asked(fields?.get("via_gateway"));
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(addressStyle === undefined ? {} : { addressStyle: addressStyle as AddressStyle }),
    ...(bucket === undefined ? {} : { bucket }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(source === undefined ? {} : { source }),
    ...(viaGateway ? { viaGateway } : {}),
  };
}

function readEndpoint(reading: Reading, fields: S3Fields | undefined): string | undefined {
  const node = fields?.text("endpoint");
  if (node !== undefined) {
    const url = parseAddress(node.value, "https")?.url;
    if (url === undefined)
      reading.findings.add(node.at, { message: '"endpoint" is no address', remedy: ENDPOINT_REMEDY });
    return url;
  }
  const name = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].find((one) => reading.variable(one) !== undefined);
  if (name === undefined) return undefined;
  const address = parseAddress(reading.variable(name) ?? "", "https");
  if (address === undefined) throw environmentError(name, "is no address", ENDPOINT_REMEDY);
  return address.url;
}

function readKeys(reading: Reading, node: Located | undefined, name: string): S3Keys | undefined {
  const fields =
    node === undefined ? undefined : Fields.of(reading.findings, node, { what: `"${name}"`, keys: CREDENTIAL_KEYS });
  if (fields === undefined) return undefined;
  const id = fields.need("access_key_id", "Add `access_key_id:`.");
  const secret = fields.need("secret_access_key", "Add `secret_access_key: {env: NAME}`.");
  const token = fields.get("session_token");
  const accessKeyId = id === undefined ? undefined : readKeyId(reading, id);
  const secretAccessKey = secret === undefined ? undefined : readSecret(reading, secret, "secret_access_key");
  const sessionToken = token === undefined ? undefined : readSecret(reading, token, "session_token");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

function readKeyId(reading: Reading, node: Located): string | SecretReference | undefined {
  const text = node.kind === "scalar" ? node.value : undefined;
  return typeof text === "string" && text !== "" ? text : readSecret(reading, node, "access_key_id");
}
