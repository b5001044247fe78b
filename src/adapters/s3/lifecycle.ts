/** GetBucketLifecycleConfiguration (S3 API reference): what the store deletes or moves by itself. */
import type { LifecycleRule as Rule, LifecycleRuleFilter } from "@aws-sdk/client-s3";
import type { LifecycleMoment, LifecycleRule } from "../../ports/object-store.js";
import { RecoverError } from "../../errors.js";
import type { S3Connection } from "./connection.js";
import { answerOf } from "./failure.js";

/** Undefined where the store knows no such question. */
export async function readLifecycle(
  connection: S3Connection,
  bucket: string,
): Promise<readonly LifecycleRule[] | undefined> {
  const call = { verb: "ask for the lifecycle rules of", place: `s3://${bucket}`, reads: true };
  return connection.send(bucket, call, async (client, { GetBucketLifecycleConfigurationCommand }) => {
    try {
      const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
      return Rules?.map(readRule);
    } catch (error) {
      const { name, status } = answerOf(error);
      if (name === "NoSuchLifecycleConfiguration") return [];
      if (status === 501 || status === 405 || name === "NotImplemented") return undefined;
      throw error;
    }
  });
}

/** Undefined instead of a refusal: keys that may read an archive seldom may read the bucket's configuration. */
export async function orUnknown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RecoverError && error.code === "access-denied") return undefined;
    throw error;
  }
}

/** Old configurations have the prefix beside the filter's place. */
interface OldRule {
  readonly Prefix?: string | undefined;
}

function readRule(rule: Rule): LifecycleRule {
  const { Prefix: oldPrefix }: OldRule = rule;
  const filter: LifecycleRuleFilter = rule.Filter ?? {};
  const { And: all = {} } = filter;
  const larger = filter.ObjectSizeGreaterThan ?? all.ObjectSizeGreaterThan;
  const smaller = filter.ObjectSizeLessThan ?? all.ObjectSizeLessThan;
  const expires = momentOf(rule.Expiration ?? {});
  return {
    id: rule.ID ?? "",
    enabled: rule.Status === "Enabled",
    prefix: filter.Prefix ?? all.Prefix ?? oldPrefix ?? "",
    tagged: filter.Tag !== undefined || (all.Tags ?? []).length > 0,
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
function momentOf({
  Days,
  Date: date,
}: {
  readonly Days?: number | undefined;
  readonly Date?: Date | undefined;
}): LifecycleMoment | undefined {
  if (Days !== undefined) return { days: Days };
  return date === undefined ? undefined : { at: date.toISOString() };
}
