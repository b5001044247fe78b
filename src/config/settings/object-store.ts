/** Reads `s3:`. */
import type { Located } from "../../kit/yaml/located.ts";
import type { AddressStyle, S3Config, S3Keys, SecretReference } from "./config.ts";
import { addressOf, fitting, Part } from "./part.ts";
import type { Reading } from "./reading.ts";
import { readSecret } from "./secret.ts";
import type { Way } from "./way.ts";

const STYLES: readonly AddressStyle[] = ["path", "virtual"];

export function readS3(reading: Reading, node: Located | undefined, way: Way): S3Config {
  const part = new Part(reading, "s3", node);
  const region = part.inFile("region", {
    read: fitting(/^[A-Za-z0-9-]+$/u),
    wrong: "is no region",
    remedy: "Write it as in `us-east-1`.",
  });
  return {
    endpoint: part.given("endpoint", {
      read: addressOf,
      wrong: "is no address",
      remedy: "Write the address of the store without bucket and path: `https://s3.example.org`; leave it out for AWS.",
    }),
    region: region ?? part.variable("region")?.value,
    addressStyle: part.given("address_style", {
      read: (text) => STYLES.find((style) => style === text),
      wrong: 'is neither "path" nor "virtual"',
      remedy: "Write `virtual` for a store that takes the bucket in the host's name, else leave it out.",
    }),
    bucket: part.given("bucket", {
      // Buckets of the first era may have capitals and underscores.
      read: fitting(/^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/u),
      wrong: "is no name of a bucket",
      remedy: "Write the name alone, without s3:// and without a path.",
    }),
    credentials: readKeys(reading, "s3.credentials", part.get("credentials")),
    source: readKeys(reading, "s3.source", part.get("source")),
    viaGateway: way.asked(part.get("via_gateway")) || undefined,
  };
}

/** If the file names no keys, the variables of AWS's own chain count. */
function readKeys(reading: Reading, name: string, node: Located | undefined): S3Keys | undefined {
  const part = new Part(reading, name, node);
  const id = part.fields?.need("access_key_id", "Add `access_key_id:`.");
  part.fields?.need("secret_access_key", "Add `secret_access_key: {env: NAME}`.");
  const accessKeyId = id && readKeyId(reading, id);
  const secretAccessKey = part.secret("secret_access_key");
  const sessionToken = part.secret("session_token");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken };
}

function readKeyId(reading: Reading, node: Located): string | SecretReference | undefined {
  const text = node.kind === "scalar" ? node.value : undefined;
  return typeof text === "string" && text !== "" ? text : readSecret(reading, node, "access_key_id");
}
