/**
 * What keys may do to an archive: what IAM's simulation says of their own policies, and what the bucket's policy says, as IAM
 * adds them up (IAM User Guide, "Policy evaluation logic"): an explicit deny of either wins; in the bucket's own account an
 * allow of either is enough, from another account both are needed. Pure.
 */
import type { NotSimulated, SimulatedRight, SimulatedRights } from "../../ports/object-store.js";
import { type BucketAnswer, bucketAnswer } from "./bucket-rights.js";

export interface Right {
  readonly action: string;
  readonly says: "denied" | "allowed" | "not-known";
  /** A part of a sentence. */
  readonly why: string;
}

/** Deletes of plain objects and, in a bucket that keeps versions, of what lies under them; a push over it. */
export const ON_OBJECTS = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"] as const;
/** What protects the archive, and may be changed. */
export const ON_THE_BUCKET = ["s3:PutLifecycleConfiguration", "s3:PutBucketPolicy", "s3:PutBucketVersioning"] as const;

export interface Seen {
  readonly bucket: string;
  readonly prefix: string;
  /** Undefined where it cannot be read, "" for none. */
  readonly policy: string | undefined;
  readonly simulated: SimulatedRights | NotSimulated;
}

export function keyRights({ bucket, prefix, policy, simulated }: Seen): ReadonlyMap<string, Right> {
  const who = "who" in simulated ? simulated.who : "";
  const onObjects = ON_OBJECTS.map(
    (action) => [action, bucketAnswer(policy, { bucket, prefix, action, who })] as const,
  );
  const onBucket = ON_THE_BUCKET.map((action) => [action, bucketAnswer(policy, { bucket, action, who })] as const);
  return new Map(
    [...onObjects, ...onBucket].map(([action, bucketSays]) => [action, rightOf(action, bucketSays, simulated)]),
  );
}

function rightOf(action: string, bucket: BucketAnswer, simulated: Seen["simulated"]): Right {
  if ("why" in simulated && simulated.bucketPolicyBindsNoKeys === true)
    return notKnown(action, `at MinIO a bucket's policy binds no keys, and their own are not known: ${simulated.why}`);
  if (bucket.says === "denied") return { action, says: "denied", why: bucket.why };
  if (!("who" in simulated)) {
    if (bucket.says === "allowed") return { action, says: "allowed", why: bucket.why };
    return notKnown(action, `${bucket.why}, and the keys' own policies are not known: ${simulated.why}`);
  }
  const own = simulated.rights.find((each) => each.action === action);
  if (own === undefined) return notKnown(action, `the simulation does not speak of ${action}`);
  if (own.missing.length > 0) return notKnown(action, `their own policies decide it by ${own.missing.join(", ")}`);
  return added(own, bucket, simulated);
}

const IAM_DENIES = "their own policies deny it (iam:SimulatePrincipalPolicy)";
const IAM_IS_SILENT = "their own policies do not allow it (iam:SimulatePrincipalPolicy)";
const IAM_ALLOWS = "their own policies allow it (iam:SimulatePrincipalPolicy)";

function added({ action, decision }: SimulatedRight, bucket: BucketAnswer, { ownBucket }: SimulatedRights): Right {
  if (decision === "explicit-deny") return { action, says: "denied", why: IAM_DENIES };
  if (bucket.says === "not-known") {
    const own = decision === "allowed" ? IAM_ALLOWS : IAM_IS_SILENT;
    return notKnown(action, `${own}, and ${bucket.why}`);
  }
  const isAllowed = decision === "allowed" || bucket.says === "allowed";
  if (!isAllowed) return { action, says: "denied", why: `${IAM_IS_SILENT}, and ${bucket.why}` };
  const both = decision === "allowed" && bucket.says === "allowed";
  if (ownBucket === true || both)
    return { action, says: "allowed", why: decision === "allowed" ? IAM_ALLOWS : bucket.why };
  return notKnown(
    action,
    `${decision === "allowed" ? IAM_ALLOWS : bucket.why}, and the bucket may be of another account`,
  );
}

const notKnown = (action: string, why: string): Right => ({ action, says: "not-known", why });
