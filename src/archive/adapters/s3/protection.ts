/** GetBucketVersioning and GetObjectLockConfiguration (S3 API reference): how a bucket keeps deleted objects. */
import type { GetBucketVersioningOutput, ObjectLockConfiguration } from "@aws-sdk/client-s3";
import type { Protection } from "../../../ports/object-store.ts";
import { askBucket } from "./bucket-question.ts";
import type { S3Connection } from "./connection.ts";

/** Errors: `bucket-missing`, `unreachable`. A refusal is "not-known". */
export async function readProtection(connection: S3Connection, bucket: string): Promise<Protection> {
  const asked = { Bucket: bucket };
  const versioning = await askBucket<GetBucketVersioningOutput>(connection, bucket, {
    about: "the versioning",
    ask: ({ sdk, send }) => send(new sdk.GetBucketVersioningCommand(asked)),
  });
  const lock = await askBucket<ObjectLockConfiguration | "none">(connection, bucket, {
    about: "the object-lock",
    ask: async ({ sdk, send }) =>
      (await send(new sdk.GetObjectLockConfigurationCommand(asked))).ObjectLockConfiguration ?? "none",
    unset: { error: "ObjectLockConfigurationNotFoundError", means: "none" },
  });
  return { ...versioningOf(versioning), lock: lockOf(lock) };
}

function versioningOf(found: GetBucketVersioningOutput | undefined): Pick<Protection, "versioning" | "mfaDelete"> {
  if (found === undefined) return { versioning: "not-known", mfaDelete: false };
  const { Status: status, MFADelete: mfa } = found;
  const versioning = status === "Enabled" ? "on" : status === "Suspended" ? "suspended" : "off";
  return { versioning, mfaDelete: mfa === "Enabled" };
}

const DAYS_OF_A_YEAR = 365;

function lockOf(found: ObjectLockConfiguration | "none" | undefined): Protection["lock"] {
  if (found === undefined) return "not-known";
  if (found === "none" || found.ObjectLockEnabled !== "Enabled") return "none";
  const kept = found.Rule?.DefaultRetention;
  if (kept === undefined) return "no-default";
  return { mode: kept.Mode ?? "", days: (kept.Days ?? 0) + DAYS_OF_A_YEAR * (kept.Years ?? 0) };
}
