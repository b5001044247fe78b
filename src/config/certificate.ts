/** `ca_cert`: a path or the PEM text, as the bosh CLI takes it; both give the text. */
import { quoted } from "../printable.js";
import { readIfThere, type Reading, type Text } from "./reading.js";

export const CERTIFICATE = /-----BEGIN CERTIFICATE-----/u;

/** `whose`: "the director's". */
export function readCertificate(reading: Reading, node: Text | undefined, whose: string): string | undefined {
  if (node === undefined || CERTIFICATE.test(node.value)) return node?.value;
  const path = reading.path(node.value);
  const text = readIfThere(path);
  if (text !== undefined && CERTIFICATE.test(text)) return text;
  reading.findings.add(node.at, {
    message: `"ca_cert" names ${quoted(path)}, which ${text === undefined ? "is not there" : "holds no certificate"}`,
    remedy: `Name a file that holds ${whose} CA certificate in PEM form, or write the certificate with \`|\`.`,
  });
  return undefined;
}
