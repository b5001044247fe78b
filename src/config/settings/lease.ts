/**
 * `lease: s3://BUCKET/PREFIX`: where leases lie and journals are mirrored. Dingo's archives are exactly
 * `s3://BUCKET/backups/GUID/wal` (wal-archives.md §1): nothing of ours is written at, below or above one (law 1).
 */
import { archivePartOf } from "../../archive/names/archive-marks.ts";
import { refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { textOf } from "../../kit/yaml/fields.ts";
import type { LeaseConfig } from "./config.ts";
import type { Reading } from "./reading.ts";

const FORM = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{2,62})\/(.+?)\/?$/u;
const PART = /^[A-Za-z0-9._@ -]+$/u;
const REMEDY = "Write `s3://BUCKET/PREFIX` with its own prefix, such as `s3://our-backups/dingo-recover`.";

export function readLease(reading: Reading, node: Located | undefined): LeaseConfig | undefined {
  const text = node === undefined ? undefined : textOf(reading.findings, node, "lease");
  if (text === undefined) return undefined;
  const parsed = parseLease(text.value);
  if (typeof parsed !== "string") return parsed;
  reading.findings.add(text.at, { message: `"lease" ${parsed}`, remedy: REMEDY });
  return undefined;
}

/** The lease at an address that `--from` gives. Throws `usage`. */
export function leaseAt(text: string): LeaseConfig {
  const parsed = parseLease(text);
  if (typeof parsed !== "string") return parsed;
  throw refuse("usage", `${quoted(text)} ${parsed}`).advise(REMEDY);
}

/** The lease, or a sentence about the mistake in the text. */
function parseLease(text: string): LeaseConfig | string {
  const [, bucket, prefix] = FORM.exec(text) ?? [];
  if (bucket === undefined || prefix === undefined) return "is no place in an object store with a prefix";
  const parts = prefix.split("/");
  if (parts.some((part) => !PART.test(part) || part === "." || part === ".."))
    return "has a part that is no plain name";
  const lower = parts.map((part) => part.toLowerCase());
  if (lower[0] === "backups" || lower.includes("wal") || archivePartOf(prefix) !== undefined)
    return "lies where archives lie, below backups/ or in a wal/";
  return { bucket, prefix };
}
