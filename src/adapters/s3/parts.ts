/**
 * A copy in parts, for objects that one CopyObject cannot take (S3 API reference, "Copying an object using multipart
 * upload"). Nothing is there to be seen until the last call; whatever fails before ends the upload. Where the source's own
 * parts are known the copy has the same, so that the ETags of both stay comparable.
 */
import { RecoverError } from "../../errors.js";
import type { ObjectLocation } from "../../ports/object-store.js";
import type { S3Connection } from "./connection.js";
import { printable } from "./failure.js";
import type { Permit } from "./guard/guard.js";
import { childText } from "./wire/xml.js";

const MEBIBYTE = 1024 * 1024;
const SMALLEST_PART = 5 * MEBIBYTE;
const LARGEST_PART = 5 * 1024 * MEBIBYTE;
const USUAL_PART = 512 * MEBIBYTE;
const MOST_PARTS = 10_000;
const AT_ONCE = 8;

/** Headers of the source that CreateMultipartUpload must be told again. */
const CARRIED = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

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
  const source = await headersOf(connection, request);
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

/** The size of the source's parts where copies of the same size give the same ETag, else one that is allowed. */
export function chooseSize(size: number, first: number | undefined, count: number | undefined): number {
  const allowed = first !== undefined && first >= SMALLEST_PART && first <= LARGEST_PART;
  if (allowed && count !== undefined && count <= MOST_PARTS && Math.ceil(size / first) === count) return first;
  return Math.max(USUAL_PART, Math.ceil(size / MOST_PARTS));
}

async function headersOf(
  connection: S3Connection,
  { from, ifMatch }: PartsRequest,
): Promise<Readonly<Record<string, string>>> {
  const headers = { "if-match": `"${ifMatch}"` };
  const answer = await connection.exchange(from.bucket, calling("look at", from, { reads: true }), (wire) =>
    wire.send({ method: "HEAD", key: from.key, headers }),
  );
  return answer.headers;
}

/** HeadObject with a part number tells of that part; stores that know no parts give the whole object. */
async function partSizeOf(connection: S3Connection, { from, ifMatch, size }: PartsRequest): Promise<number> {
  const headers = { "if-match": `"${ifMatch}"` };
  const answer = await connection.exchange(from.bucket, calling("look at", from, { reads: true }), (wire) =>
    wire.send({ method: "HEAD", key: from.key, headers, query: { partNumber: "1" } }),
  );
  const count = Number(answer.headers["x-amz-mp-parts-count"]);
  const first = Number(answer.headers["content-length"]);
  return chooseSize(size, Number.isFinite(first) ? first : undefined, Number.isFinite(count) ? count : undefined);
}

async function begin(
  connection: S3Connection,
  permit: Permit,
  { from, to, storageClass, source }: PartsRequest & { readonly source: Readonly<Record<string, string>> },
): Promise<string> {
  const kept = Object.entries(source).filter(([name]) => CARRIED.includes(name) || name.startsWith("x-amz-meta-"));
  const tags = await tagsOf(connection, from, source);
  const headers = {
    ...Object.fromEntries(kept),
    ...(storageClass === "STANDARD" ? {} : { "x-amz-storage-class": storageClass }),
    ...(tags === "" ? {} : { "x-amz-tagging": tags }),
  };
  // Sent again, it would leave an upload that nobody ends.
  const root = await connection.exchange(to.bucket, calling("copy", from, { reads: false, permit }), (wire) =>
    wire.ask({ method: "POST", key: to.key, query: { uploads: "" }, headers }, "InitiateMultipartUploadResult"),
  );
  const upload = childText(root, "UploadId");
  if (upload !== undefined && upload !== "") return upload;
  throw lost(from, new Error("the object store names no upload"));
}

/** As the header x-amz-tagging takes them; empty where there are none. */
async function tagsOf(
  connection: S3Connection,
  from: ObjectLocation,
  source: Readonly<Record<string, string>>,
): Promise<string> {
  if (!(Number(source["x-amz-tagging-count"] ?? "0") > 0)) return "";
  const root = await connection.exchange(from.bucket, calling("read the tags of", from, { reads: true }), (wire) =>
    wire.ask({ method: "GET", key: from.key, query: { tagging: "" } }, "Tagging"),
  );
  const tags = (root.children.find(({ name }) => name === "TagSet")?.children ?? []).map(
    (tag) => [childText(tag, "Key") ?? "", childText(tag, "Value") ?? ""] as const,
  );
  return tags.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
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
      const headers = {
        "x-amz-copy-source": copySource,
        "x-amz-copy-source-if-match": `"${ifMatch}"`,
        "x-amz-copy-source-range": `bytes=${first}-${last}`,
      };
      const query = { partNumber: String(index + 1), uploadId: upload };
      const call = calling("copy", from, { reads: true, slow: true, permit });
      const root = await connection.exchange(to.bucket, call, (wire) =>
        wire.ask({ method: "PUT", key: to.key, query, headers }, "CopyPartResult"),
      );
      const etag = childText(root, "ETag");
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
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</CompleteMultipartUpload>`;
  const headers = { "content-type": "application/xml", ...(ifAbsent ? { "if-none-match": "*" } : {}) };
  const query = { uploadId: upload };
  const root = await connection.exchange(to.bucket, calling("copy", from, { reads: false, permit }), (wire) =>
    wire.ask({ method: "POST", key: to.key, query, headers, body }, "CompleteMultipartUploadResult"),
  );
  const etag = childText(root, "ETag");
  if (etag !== undefined) return etag.replaceAll('"', "");
  throw lost(from, new Error("the object store does not say how the copy ended"));
}

async function abort(
  connection: S3Connection,
  permit: Permit,
  { to, upload }: { readonly to: ObjectLocation; readonly upload: string },
): Promise<void> {
  await connection.exchange(to.bucket, calling("end the upload to", to, { reads: true, permit }), (wire) =>
    wire.send({ method: "DELETE", key: to.key, query: { uploadId: upload } }),
  );
}

function calling(
  verb: string,
  { bucket, key }: ObjectLocation,
  how: { readonly reads: boolean; readonly slow?: true; readonly permit?: Permit },
) {
  return { verb, place: `s3://${bucket}/${key}`, ...how };
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

function lost({ bucket, key }: ObjectLocation, cause: unknown): RecoverError {
  const place = printable(`s3://${bucket}/${key}`);
  const why = cause instanceof Error ? printable(cause.message) : "";
  return new RecoverError("answer-incomplete", `the copy of "${place}" in parts did not end as it should: ${why}`, {
    remedy: "Run the same step again: it looks at the copy first.",
    place,
    cause,
  });
}
