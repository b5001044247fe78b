/** Reads `sandbox:`: whether a server on an archive's files may run without a sandbox (law 14). No variable or flag says so. */
import { textOf } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import type { Reading } from "./reading.ts";

/** True for `unsandboxed`. */
export function readSandbox(reading: Reading, node: Located | undefined): true | undefined {
  const text = node === undefined ? undefined : textOf(reading.findings, node, "sandbox");
  if (text?.value === "unsandboxed") return true;
  if (text !== undefined && text.value !== "needed")
    reading.findings.add(text.at, {
      message: '"sandbox" is neither "needed" nor "unsandboxed"',
      remedy: "Leave it out, or write `sandbox: unsandboxed` if this machine holds nothing of worth.",
    });
  return undefined;
}
