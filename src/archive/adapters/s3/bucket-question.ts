/** Questions about a bucket's configuration. Keys that may read an archive seldom may read that configuration. */
import { RecoverError } from "../../../errors.ts";
import type { S3Connection, Speaker } from "./connection.ts";
import { answerOf } from "./failure.ts";
import { findRegion } from "./region.ts";
import type {
  GetBucketVersioningOutput,
  LifecycleExpiration,
  LifecycleRule as Told,
  ObjectLockConfiguration,
  Transition,
} from "@aws-sdk/client-s3";
import type { LifecycleMoment, LifecycleRule, Protection } from "../../../ports/object-store.ts";

interface BucketQuestion<T> {
  /** The words for the configuration in messages: "the lifecycle rules". */
  readonly about: string;
  readonly ask: (store: Speaker) => Promise<T>;
  /** The store's error for a bucket without such a configuration, and the answer that it stands for. */
  readonly unset?: { readonly error: string; readonly means: T };
}

/** Undefined if we may not look, or the store knows no such question. Errors: `bucket-missing`, `unreachable`. */
async function askBucket<T>(
  connection: S3Connection,
  bucket: string,
  { about, ask, unset }: BucketQuestion<T>,
): Promise<T | undefined> {
  const call = { verb: `ask for ${about} of`, place: `s3://${bucket}`, reads: true, alone: true };
  try {
    if (connection.configuredRegion === undefined) await findRegion(connection, bucket);
    return await connection.exchange(bucket, call, async (store) => {
      try {
        return await ask(store);
      } catch (error) {
        const { name, status } = answerOf(error);
        if (unset !== undefined && name === unset.error) return unset.means;
        if (status === 501 || status === 405 || name === "NotImplemented") return undefined;
        throw error;
      }
    });
  } catch (error) {
    if (error instanceof RecoverError && error.code === "access-denied") return undefined;
    throw error;
  }
}

/**
 * GetBucketLifecycleConfiguration (S3 API reference): the objects that the store deletes or moves by itself. Undefined if
 * we may not look, or the store knows no such question.
 */
export function readLifecycle(connection: S3Connection, bucket: string): Promise<readonly LifecycleRule[] | undefined> {
  return askBucket<readonly LifecycleRule[]>(connection, bucket, {
    about: "the lifecycle rules",
    ask: async ({ sdk, send }) => {
      const { Rules = [] } = await send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
      return Rules.map(readRule);
    },
    unset: { error: "NoSuchLifecycleConfiguration", means: [] },
  });
}

function readRule(rule: Told): LifecycleRule {
  const { Filter: filter = {} } = rule;
  // Old configurations have the prefix beside the filter's place.
  const { Prefix: old } = rule as { readonly Prefix?: string };
  const { And: all = {} } = filter;
  const larger = filter.ObjectSizeGreaterThan ?? all.ObjectSizeGreaterThan;
  const smaller = filter.ObjectSizeLessThan ?? all.ObjectSizeLessThan;
  const expires = momentOf(rule.Expiration ?? {});
  return {
    id: rule.ID ?? "",
    enabled: rule.Status === "Enabled",
    prefix: filter.Prefix ?? all.Prefix ?? old ?? "",
    tagged: filter.Tag !== undefined || all.Tags !== undefined,
    ...(larger === undefined ? {} : { largerThan: larger }),
    ...(smaller === undefined ? {} : { smallerThan: smaller }),
    ...(expires === undefined ? {} : { expires }),
    transitions: (rule.Transitions ?? []).flatMap((transition) => {
      const when = momentOf(transition);
      return when === undefined ? [] : [{ when, storageClass: transition.StorageClass ?? "unknown" }];
    }),
  };
}

/** An expiration that only removes delete markers has neither days nor a date. */
function momentOf({ Days: days, Date: date }: Pick<LifecycleExpiration & Transition, "Days" | "Date">) {
  if (days !== undefined) return { days } satisfies LifecycleMoment;
  return date === undefined ? undefined : ({ at: date.toISOString() } satisfies LifecycleMoment);
}

/**
 * GetBucketVersioning and GetObjectLockConfiguration (S3 API reference): how a bucket keeps deleted objects. Errors:
 * `bucket-missing`, `unreachable`. A refusal is "not-known".
 */
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
