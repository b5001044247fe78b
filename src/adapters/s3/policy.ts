/** GetBucketPolicy (S3 API reference): who may do what in a bucket, as far as the bucket itself says. */
import { askBucket } from "./bucket-question.js";
import type { S3Connection } from "./connection.js";

/** "" where the bucket has none; undefined where we may not look, or the store knows no such question. */
export function readPolicy(connection: S3Connection, bucket: string): Promise<string | undefined> {
  return askBucket(connection, bucket, {
    about: "the policy",
    ask: async (wire) => (await wire.send({ method: "GET", query: { policy: "" } })).body.toString(),
    unset: { error: "NoSuchBucketPolicy", means: "" },
  });
}
