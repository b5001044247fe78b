/** `gpg:`: the private key that opens archives which are encrypted with OpenPGP. */
import type { Located } from "../../kit/yaml/located.ts";
import type { GpgConfig } from "./config.ts";
import { holdsKey } from "./key-text.ts";
import { Part } from "./part.ts";
import type { Reading, Text } from "./reading.ts";
import { LITERAL_KEY } from "./secret.ts";

/** Reads the section also without a key: the key may come from elsewhere. */
export function readGpg(reading: Reading, node: Located | undefined): GpgConfig | undefined {
  const part = new Part(reading, "gpg", node);
  if (part.fields === undefined) return undefined;
  return { key: readKey(reading, part.fields.text("key")), passphrase: part.secret("passphrase") };
}

function readKey(reading: Reading, node: Text | undefined): string | undefined {
  if (node === undefined || !holdsKey(node.value)) return node && reading.path(node.value);
  reading.findings.add(node.at, LITERAL_KEY);
  return undefined;
}
