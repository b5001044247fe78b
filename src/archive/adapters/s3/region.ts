/**
 * Finds a bucket's region: HeadBucket names it in a header, even in a refusal; GetBucketLocation answers null for
 * us-east-1 and "EU" for eu-west-1. Proves on the way that the bucket exists.
 */
import type { S3Connection } from "./connection.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { CHECK_BUCKET, failureOf } from "./failure.ts";
import type { Headers } from "./network.ts";

export async function findRegion(connection: S3Connection, bucket: string): Promise<string> {
  const known = connection.knownRegion(bucket);
  if (known !== undefined) return known;
  const region = (await askHead(connection, bucket)) ?? (await askLocation(connection, bucket));
  connection.learnRegion(bucket, region);
  return region;
}

/** Throws `bucket-missing` if the store has no such bucket; a refusal proves that there is one. */
export async function requireBucket(connection: S3Connection, bucket: string): Promise<void> {
  await askHead(connection, bucket);
}

/** By the Date of an answer (RFC 9110, 6.6.1). Errors: `bucket-missing`, `access-denied`, `unreachable`. */
export async function storeTime(connection: S3Connection, bucket: string): Promise<Date | undefined> {
  if (connection.configuredRegion === undefined) await findRegion(connection, bucket);
  const call = { verb: "look at", place: `s3://${bucket}`, reads: true };
  return connection.exchange(bucket, call, async ({ sdk, send }) => {
    let date: string | undefined;
    const heard = (headers: Headers): void => void (date = headers["date"]);
    try {
      await send(new sdk.HeadBucketCommand({ Bucket: bucket }), { heard });
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "final" && failure.code === "object-changed") throw missing(bucket, connection.endpoint);
      throw error;
    }
    const at = new Date(date ?? "");
    return Number.isNaN(at.getTime()) ? undefined : at;
  });
}

async function askHead(connection: S3Connection, bucket: string): Promise<string | undefined> {
  const call = { verb: "look at", place: `s3://${bucket}`, reads: true };
  return connection.exchange(bucket, call, async ({ sdk, send }) => {
    try {
      return (await send(new sdk.HeadBucketCommand({ Bucket: bucket }))).BucketRegion;
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "other-region" && failure.region !== "") return failure.region;
      if (failure.kind !== "final") throw error;
      if (failure.code === "access-denied") return regionHeader(error);
      if (failure.code === "object-changed") throw missing(bucket, connection.endpoint);
      throw error;
    }
  });
}

async function askLocation(connection: S3Connection, bucket: string): Promise<string> {
  const configured = connection.configuredRegion;
  if (configured !== undefined) return configured;
  const call = { verb: "ask for the region of", place: `s3://${bucket}`, reads: true };
  return connection.exchange(bucket, call, async ({ sdk, send }) => {
    const { LocationConstraint: told } = await send(new sdk.GetBucketLocationCommand({ Bucket: bucket }));
    return told === "EU" ? "eu-west-1" : told || "us-east-1";
  });
}

function regionHeader(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("$response" in error)) return undefined;
  const { $response: response } = error as { $response?: { headers?: Record<string, string> } };
  return response?.headers?.["x-amz-bucket-region"];
}

function missing(bucket: string, endpoint: string): RecoverError {
  return refuse("bucket-missing", `there is no bucket "${bucket}"`)
    .at(`s3://${bucket} at ${endpoint}`)
    .advise(CHECK_BUCKET);
}
