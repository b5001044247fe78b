/**
 * A copy in parts, for objects that one CopyObject cannot take (S3 API reference, "Copying an object using multipart
 * upload"). Nobody sees the object until the last call; an earlier failure aborts the upload. If the source's parts are
 * known, the copy has the same ones, so that both ETags stay comparable.
 */
import type { CreateMultipartUploadRequest, HeadObjectOutput, StorageClass } from "@aws-sdk/client-s3";
import { giveUp, RecoverError } from "../../../errors.ts";
import type { ObjectLocation } from "../../../ports/object-store.ts";
import type { S3Connection } from "./connection.ts";
import { printable } from "./failure.ts";
import type { Permit } from "./guard/guard.ts";

const MEBIBYTE = 1024 * 1024;
const SMALLEST_PART = 5 * MEBIBYTE;
const LARGEST_PART = 5 * 1024 * MEBIBYTE;
const USUAL_PART = 512 * MEBIBYTE;
const MOST_PARTS = 10_000;
const AT_ONCE = 8;

export interface PartsRequest {
  readonly from: ObjectLocation;
  /** Of the header x-amz-copy-source. */
  readonly copySource: string;
  readonly to: ObjectLocation;
  readonly ifMatch: string;
  readonly size: number;
  readonly storageClass: string;
  readonly ifAbsent: boolean;
}

/** The ETag of the new object. */
export async function copyInParts(connection: S3Connection, permit: Permit, request: PartsRequest): Promise<string> {
  const { from, to, size } = request;
  const source = await lookAt(connection, request);
  const ranges = rangesOf(size, await partSizeOf(connection, request));
  const upload = await begin(connection, permit, { ...request, source });
  try {
    const etags = await copyRanges(connection, permit, { ...request, upload, ranges });
    return await complete(connection, permit, { ...request, upload, etags });
  } catch (error) {
    await abort(connection, permit, { to, upload }).catch(() => undefined);
    throw error instanceof RecoverError ? error : lost(from, error);
  }
}

/** [first, last] of each part, both inclusive. */
export function rangesOf(size: number, part: number): readonly (readonly [number, number])[] {
  return Array.from({ length: Math.ceil(size / part) }, (_, index) => [
    index * part,
    Math.min((index + 1) * part, size) - 1,
  ]);
}

/** The size of the source's parts if copies of the same size give the same ETag, else one that is allowed. */
export function chooseSize(size: number, first: number | undefined, count: number | undefined): number {
  const allowed = first !== undefined && first >= SMALLEST_PART && first <= LARGEST_PART;
  if (allowed && count !== undefined && count <= MOST_PARTS && Math.ceil(size / first) === count) return first;
  return Math.max(USUAL_PART, Math.ceil(size / MOST_PARTS));
}

function lookAt(
  connection: S3Connection,
  { from, ifMatch }: PartsRequest,
  part: { readonly PartNumber?: number } = {},
) {
  const asked = { Bucket: from.bucket, Key: from.key, IfMatch: `"${ifMatch}"`, ...part };
  return connection.exchange(from.bucket, calling("look at", from, { reads: true }), ({ sdk, send }) =>
    send(new sdk.HeadObjectCommand(asked)),
  );
}

/** HeadObject with a part number tells of that part; stores that know no parts give the whole object. */
async function partSizeOf(connection: S3Connection, request: PartsRequest): Promise<number> {
  const { ContentLength: first, PartsCount: count } = await lookAt(connection, request, { PartNumber: 1 });
  return chooseSize(request.size, first, count);
}

async function begin(
  connection: S3Connection,
  permit: Permit,
  { from, to, storageClass, source }: PartsRequest & { readonly source: HeadObjectOutput },
): Promise<string> {
  const tags = await tagsOf(connection, from, source);
  const asked = { Bucket: to.bucket, Key: to.key, ...carried(source), ...classOf(storageClass), ...tags };
  // Sent again, it would leave an upload that nobody ends.
  const { UploadId: upload } = await connection.exchange(
    to.bucket,
    calling("copy", from, { reads: false, permit }),
    ({ sdk, send }) => send(new sdk.CreateMultipartUploadCommand(asked)),
  );
  if (upload !== undefined && upload !== "") return upload;
  throw lost(from, new Error("the object store names no upload"));
}

/** The settings of the source that CreateMultipartUpload must be told again. */
function carried(source: HeadObjectOutput): Partial<CreateMultipartUploadRequest> {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType, Metadata } = source;
  const Expires = source.ExpiresString === undefined ? undefined : new Date(source.ExpiresString);
  return {
    ...{ CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType, Metadata },
    ...(Expires === undefined || Number.isNaN(Expires.getTime()) ? {} : { Expires }),
  };
}

/** Without it the copy falls back to STANDARD. */
export const classOf = (name: string): { readonly StorageClass?: StorageClass } =>
  name === "STANDARD" ? {} : { StorageClass: name as StorageClass };

async function tagsOf(
  connection: S3Connection,
  from: ObjectLocation,
  source: HeadObjectOutput,
): Promise<{ readonly Tagging?: string }> {
  if (!((source.TagCount ?? 0) > 0)) return {};
  const { TagSet = [] } = await connection.exchange(
    from.bucket,
    calling("read the tags of", from, { reads: true }),
    ({ sdk, send }) => send(new sdk.GetObjectTaggingCommand({ Bucket: from.bucket, Key: from.key })),
  );
  const pairs = TagSet.map(({ Key = "", Value = "" }) => `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`);
  return pairs.length === 0 ? {} : { Tagging: pairs.join("&") };
}

interface Ranges extends PartsRequest {
  readonly upload: string;
  readonly ranges: readonly (readonly [number, number])[];
}

/** Parts that nobody sees yet may be sent again like a read. */
async function copyRanges(connection: S3Connection, permit: Permit, request: Ranges): Promise<readonly string[]> {
  const { from, to, ranges, upload, copySource, ifMatch } = request;
  const etags: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < ranges.length; index = next++) {
      const [first, last] = ranges[index] ?? [0, 0];
      const asked = {
        ...{ Bucket: to.bucket, Key: to.key, UploadId: upload, PartNumber: index + 1 },
        CopySource: copySource,
        CopySourceIfMatch: `"${ifMatch}"`,
        CopySourceRange: `bytes=${first}-${last}`,
      };
      const call = calling("copy", from, { reads: true, slow: true, permit });
      const answer = await connection.exchange(to.bucket, call, ({ sdk, send }) =>
        send(new sdk.UploadPartCopyCommand(asked)),
      );
      const etag = answer.CopyPartResult?.ETag;
      if (etag === undefined) throw lost(from, new Error("the object store does not say how the copy of a part ended"));
      etags[index] = etag;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, ranges.length) }, worker));
  const failed = ended.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return etags;
}

async function complete(
  connection: S3Connection,
  permit: Permit,
  { from, to, ifAbsent, upload, etags }: PartsRequest & { readonly upload: string; readonly etags: readonly string[] },
): Promise<string> {
  const asked = {
    ...{ Bucket: to.bucket, Key: to.key, UploadId: upload },
    MultipartUpload: { Parts: etags.map((ETag, index) => ({ PartNumber: index + 1, ETag })) },
    ...(ifAbsent ? { IfNoneMatch: "*" } : {}),
  };
  const { ETag: etag } = await connection.exchange(
    to.bucket,
    calling("copy", from, { reads: false, permit }),
    ({ sdk, send }) => send(new sdk.CompleteMultipartUploadCommand(asked)),
  );
  if (etag !== undefined) return etag.replaceAll('"', "");
  throw lost(from, new Error("the object store does not say how the copy ended"));
}

async function abort(
  connection: S3Connection,
  permit: Permit,
  { to, upload }: { readonly to: ObjectLocation; readonly upload: string },
): Promise<void> {
  await connection.exchange(to.bucket, calling("end the upload to", to, { reads: true, permit }), ({ sdk, send }) =>
    send(new sdk.AbortMultipartUploadCommand({ Bucket: to.bucket, Key: to.key, UploadId: upload })),
  );
}

function calling(
  verb: string,
  { bucket, key }: ObjectLocation,
  how: { readonly reads: boolean; readonly slow?: true; readonly permit?: Permit },
) {
  return { verb, place: `s3://${bucket}/${key}`, ...how };
}

function lost({ bucket, key }: ObjectLocation, cause: unknown): RecoverError {
  const place = printable(`s3://${bucket}/${key}`);
  const why = cause instanceof Error ? printable(cause.message) : "";
  return giveUp("answer-incomplete", `the copy of "${place}" in parts did not end as it should: ${why}`)
    .at(place)
    .advise("Run the same step again: it looks at the copy first.", cause);
}
