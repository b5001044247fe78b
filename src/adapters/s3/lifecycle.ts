/** GetBucketLifecycleConfiguration (S3 API reference): what the store deletes or moves by itself. */
import type { LifecycleMoment, LifecycleRule } from "../../ports/object-store.js";
import { askBucket } from "./bucket-question.js";
import type { S3Connection } from "./connection.js";
import { childNamed, childrenNamed, childText, type XmlElement } from "./wire/xml.js";

/** Undefined where we may not look, or the store knows no such question. */
export function readLifecycle(connection: S3Connection, bucket: string): Promise<readonly LifecycleRule[] | undefined> {
  return askBucket<readonly LifecycleRule[]>(connection, bucket, {
    about: "the lifecycle rules",
    ask: async (wire) => {
      const root = await wire.ask({ method: "GET", query: { lifecycle: "" } }, "LifecycleConfiguration");
      return childrenNamed(root, "Rule").map(readRule);
    },
    unset: { error: "NoSuchLifecycleConfiguration", means: [] },
  });
}

const NOTHING: XmlElement = { name: "", text: "", children: [] };

function readRule(rule: XmlElement): LifecycleRule {
  const filter = childNamed(rule, "Filter") ?? NOTHING;
  const all = childNamed(filter, "And") ?? NOTHING;
  const text = (name: string): string | undefined => childText(filter, name) ?? childText(all, name);
  const larger = text("ObjectSizeGreaterThan");
  const smaller = text("ObjectSizeLessThan");
  const expires = momentOf(childNamed(rule, "Expiration") ?? NOTHING);
  return {
    id: childText(rule, "ID") ?? "",
    enabled: childText(rule, "Status") === "Enabled",
    // Old configurations have the prefix beside the filter's place.
    prefix: text("Prefix") ?? childText(rule, "Prefix") ?? "",
    tagged: childNamed(filter, "Tag") !== undefined || childNamed(all, "Tag") !== undefined,
    ...(larger === undefined ? {} : { largerThan: Number(larger) }),
    ...(smaller === undefined ? {} : { smallerThan: Number(smaller) }),
    ...(expires === undefined ? {} : { expires }),
    transitions: childrenNamed(rule, "Transition").flatMap((transition) => {
      const when = momentOf(transition);
      return when === undefined ? [] : [{ when, storageClass: childText(transition, "StorageClass") ?? "unknown" }];
    }),
  };
}

/** An expiration that only removes delete markers has neither days nor a date. */
function momentOf(element: XmlElement): LifecycleMoment | undefined {
  const days = childText(element, "Days");
  if (days !== undefined) return { days: Number(days) };
  const date = childText(element, "Date");
  return date === undefined ? undefined : { at: new Date(date).toISOString() };
}
