/**
 * Law 1: refuses, before anything is sent, every write or delete that could reach the protected archive.
 *
 * S3 keys are opaque, but servers and proxies on the way clean paths: what cannot be shown to lie outside is refused
 * too. Buckets are never changed, and a bucket "name" that would reach into a key is no name.
 */
import { RecoverError } from "../../errors.js";
import { isUncertainPath, spellings } from "../../key-path.js";
import type { ObjectLocation } from "../../ports/object-store.js";

export interface ProtectedPrefix {
  readonly bucket: string;
  readonly prefix: string;
}

/** Throws `source-protected` unless the location certainly lies outside the protected prefix. */
export function refuseProtected(protect: ProtectedPrefix, at: ObjectLocation): void {
  if (!isPlainBucket(at.bucket)) throw refused(at, "the bucket's name is not a plain one");
  if (isUncertainPath(at.key)) throw refused(at, "its path can be read as another one");
  if (at.bucket.toLowerCase() !== protect.bucket.toLowerCase()) return;
  const shelter = clean(protect.prefix);
  const inside = spellings(at.key).some((key) => isAtOrBelow(shelter, clean(key)));
  if (inside) throw refused(at, `it lies at or below the source archive "${protect.prefix}"`);
}

function isPlainBucket(bucket: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{2,62}$/.test(bucket);
}

function clean(path: string): readonly string[] {
  return path
    .normalize("NFC")
    .split("/")
    .filter((part) => part !== "");
}

function isAtOrBelow(shelter: readonly string[], path: readonly string[]): boolean {
  return shelter.every((part, index) => path[index] === part);
}

function refused(at: ObjectLocation, why: string): RecoverError {
  const shown = JSON.stringify(`s3://${at.bucket}/${at.key}`);
  return new RecoverError("source-protected", `refused to change ${shown}: ${why}`, {
    remedy: "Check source and target: nothing at or below the source is ever written or deleted.",
    place: shown,
    effect: "none",
  });
}
