/**
 * Says how a bucket keeps deleted objects (Amazon S3 User Guide, "Using versioning in S3 buckets", "Configuring MFA
 * delete", "Locking objects with Object Lock"). Pure.
 */
import type { Protection } from "../../../ports/object-store.ts";

/** A part of a sentence. */
export function keptText({ versioning, mfaDelete, lock }: Protection): string {
  const locked = lockText(lock);
  if (versioning === "on") {
    const device = mfaDelete
      ? "only a code of a second device takes them away"
      : "who may delete versions takes them away too";
    return `the bucket keeps what is deleted as old versions, and ${locked ?? device}`;
  }
  if (versioning === "not-known") return "whether the bucket keeps old versions is not known (s3:GetBucketVersioning)";
  return versioning === "suspended"
    ? "the bucket has stopped to keep what is deleted"
    : "what is deleted is gone: the bucket keeps no old versions";
}

function lockText(lock: Protection["lock"]): string | undefined {
  if (typeof lock !== "object") return undefined;
  const who = lock.mode === "COMPLIANCE" ? "nobody" : "only who may pass by the lock";
  return `${who} takes a version away within ${lock.days} days of its writing (Object Lock, ${lock.mode})`;
}
