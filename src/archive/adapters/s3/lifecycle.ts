/** GetBucketLifecycleConfiguration (S3 API reference): the objects that the store deletes or moves by itself. */
import type { LifecycleExpiration, LifecycleRule as Told, Transition } from "@aws-sdk/client-s3";
import type { LifecycleMoment, LifecycleRule } from "../../../ports/object-store.ts";
import { askBucket } from "./bucket-question.ts";
import type { S3Connection } from "./connection.ts";

/** Undefined if we may not look, or the store knows no such question. */
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
