/** GetBucketVersioning and GetObjectLockConfiguration (S3 API reference): what a bucket keeps of what is deleted. */
import type { Protection } from "../../ports/object-store.js";
import { askBucket } from "./bucket-question.js";
import type { S3Connection } from "./connection.js";
import { childNamed, childText, type XmlElement } from "./wire/xml.js";

/** Errors: `bucket-missing`, `unreachable`. A refusal is "not-known". */
export async function readProtection(connection: S3Connection, bucket: string): Promise<Protection> {
  const versioning = await ask(connection, bucket, { query: "versioning", root: "VersioningConfiguration" });
  const lock = await ask(connection, bucket, { query: "object-lock", root: "ObjectLockConfiguration" });
  return { ...versioningOf(versioning), lock: lockOf(lock) };
}

type Found = XmlElement | "none" | undefined;

/** Undefined where we may not look, or the store knows no such question. */
function ask(
  connection: S3Connection,
  bucket: string,
  { query, root }: { readonly query: string; readonly root: string },
): Promise<Found> {
  return askBucket<Found>(connection, bucket, {
    about: `the ${query}`,
    ask: (wire) => wire.ask({ method: "GET", query: { [query]: "" } }, root),
    unset: { error: "ObjectLockConfigurationNotFoundError", means: "none" },
  });
}

function versioningOf(found: Found): Pick<Protection, "versioning" | "mfaDelete"> {
  if (found === undefined || found === "none") return { versioning: "not-known", mfaDelete: false };
  const status = childText(found, "Status");
  const versioning = status === "Enabled" ? "on" : status === "Suspended" ? "suspended" : "off";
  return { versioning, mfaDelete: childText(found, "MfaDelete") === "Enabled" };
}

const DAYS_OF_A_YEAR = 365;

function lockOf(found: Found): Protection["lock"] {
  if (found === undefined) return "not-known";
  if (found === "none" || childText(found, "ObjectLockEnabled") !== "Enabled") return "none";
  const rule = childNamed(found, "Rule");
  const kept = rule === undefined ? undefined : childNamed(rule, "DefaultRetention");
  if (kept === undefined) return "no-default";
  const days = Number(childText(kept, "Days") ?? 0) + DAYS_OF_A_YEAR * Number(childText(kept, "Years") ?? 0);
  return { mode: childText(kept, "Mode") ?? "", days };
}
