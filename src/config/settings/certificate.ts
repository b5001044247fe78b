/** `ca_cert`: a path or the PEM text, as the bosh CLI takes it; both give the text. */
import { quoted } from "../../kit/text/printable.ts";
import { CERTIFICATE } from "./key-text.ts";
import { readIfThere, type Reading, type Text } from "./reading.ts";
import { shownValue } from "./shown-value.ts";

/** `whose`: "the director's". */
export function readCertificate(reading: Reading, node: Text | undefined, whose: string): string | undefined {
  if (node === undefined || CERTIFICATE.test(node.value)) return node?.value;
  const path = reading.path(node.value);
  const text = readIfThere(path);
  if (text !== undefined && CERTIFICATE.test(text)) return text;
  reading.findings.add(node.at, {
    message: `"ca_cert" names ${quoted(shownValue(path, "text"))}, which ${text === undefined ? "is not there" : "holds no certificate"}`,
    remedy: `Name a file that holds ${whose} CA certificate in PEM form, or write the certificate with \`|\`.`,
  });
  return undefined;
}
