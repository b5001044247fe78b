/** Questions about a bucket's configuration. Keys that may read an archive seldom may read that configuration. */
import { RecoverError } from "../../../errors.ts";
import type { S3Connection, Speaker } from "./connection.ts";
import { answerOf } from "./failure.ts";
import { findRegion } from "./region.ts";

interface BucketQuestion<T> {
  /** For people: "the lifecycle rules". */
  readonly about: string;
  readonly ask: (store: Speaker) => Promise<T>;
  /** The store's word for a bucket that has none, and its meaning. */
  readonly unset?: { readonly error: string; readonly means: T };
}

/** Undefined if we may not look, or the store knows no such question. Errors: `bucket-missing`, `unreachable`. */
export async function askBucket<T>(
  connection: S3Connection,
  bucket: string,
  { about, ask, unset }: BucketQuestion<T>,
): Promise<T | undefined> {
  const call = { verb: `ask for ${about} of`, place: `s3://${bucket}`, reads: true };
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
