/** `gpg:`: the private key that opens archives which are encrypted with OpenPGP. */
import { optional } from "../../kit/optional.ts";
import { Fields } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import type { GpgConfig } from "./config.ts";
import { holdsKey } from "./key-text.ts";
import type { Reading, Text } from "./reading.ts";
import { LITERAL_KEY, readSecret } from "./secret.ts";

/** The key may come from elsewhere, and its passphrase from here. */
export function readGpg(reading: Reading, node: Located | undefined): GpgConfig | undefined {
  const what = { what: '"gpg"', keys: ["key", "passphrase"] } as const;
  const fields = node === undefined ? undefined : Fields.of(reading.findings, node, what);
  if (fields === undefined) return undefined;
  const key = readKey(reading, fields.text("key"));
  const passphrase = fields.get("passphrase");
  return {
    ...optional("key", key),
    ...optional("passphrase", passphrase === undefined ? undefined : readSecret(reading, passphrase, "passphrase")),
  };
}

function readKey(reading: Reading, node: Text | undefined): string | undefined {
  if (node === undefined || !holdsKey(node.value)) return node && reading.path(node.value);
  reading.findings.add(node.at, LITERAL_KEY);
  return undefined;
}
