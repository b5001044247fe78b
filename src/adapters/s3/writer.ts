/** The writing side: server-side copies and deletes, each behind the guard of law 1. */
import { RecoverError } from "../../errors.js";
import type { CopyRequest, ObjectInfo, ObjectLocation, ObjectStore } from "../../ports/object-store.js";
import type { S3Connection } from "./connection.js";
import { printable } from "./failure.js";
import { refuseProtected, type ProtectedPrefix } from "./guard.js";
import { S3Reader } from "./reader.js";

/** What one CopyObject takes: 5 GiB (error text of AWS; MinIO does not enforce it). */
const LARGEST_COPY = 5 * 1024 ** 3;

export class S3Writer extends S3Reader implements ObjectStore {
  readonly #protect: ProtectedPrefix;

  constructor(connection: S3Connection, protect: ProtectedPrefix) {
    super(connection);
    this.#protect = protect;
  }

  async copy(from: ObjectLocation, to: ObjectLocation, request: CopyRequest): Promise<ObjectInfo> {
    refuseProtected(this.#protect, to);
    await this.prepare(to.bucket);
    const { size, storageClass } = await this.#known(from, request);
    if (size > LARGEST_COPY) throw tooLarge(from, size);
    const call = { verb: "copy", place: `s3://${from.bucket}/${from.key}`, reads: false };
    const result = await this.connection.send(to.bucket, call, async (client, { CopyObjectCommand }) => {
      const answer = await client.send(
        new CopyObjectCommand({
          Bucket: to.bucket,
          Key: to.key,
          CopySource: copySource(from),
          CopySourceIfMatch: `"${request.ifMatch}"`,
          MetadataDirective: "COPY",
          TaggingDirective: "COPY",
          // Without it the copy falls back to STANDARD.
          ...(storageClass === "STANDARD" ? {} : { StorageClass: storageClass as "STANDARD_IA" }),
        }),
      );
      return answer.CopyObjectResult;
    });
    if (result?.ETag === undefined || result.LastModified === undefined) throw unanswered(from);
    const lastModified = result.LastModified.toISOString();
    return { key: to.key, size, etag: result.ETag.replaceAll('"', ""), lastModified, storageClass };
  }

  async remove(at: ObjectLocation): Promise<void> {
    refuseProtected(this.#protect, at);
    await this.prepare(at.bucket);
    const call = { verb: "delete", place: `s3://${at.bucket}/${at.key}`, reads: false };
    await this.connection.send(at.bucket, call, (client, { DeleteObjectCommand }) =>
      client.send(new DeleteObjectCommand({ Bucket: at.bucket, Key: at.key })),
    );
  }

  async #known(from: ObjectLocation, request: CopyRequest): Promise<{ size: number; storageClass: string }> {
    const { size, storageClass } = request;
    if (size !== undefined && storageClass !== undefined) return { size, storageClass: storageClass || "STANDARD" };
    const info = await this.head(from);
    if (info === undefined) throw gone(from);
    return info;
  }
}

/** Each path part percent-encoded: the header's "?versionId" would otherwise be within reach of a key. */
function copySource({ bucket, key }: ObjectLocation): string {
  return [bucket, ...key.split("/").map(encodeURIComponent)].join("/");
}

function tooLarge(from: ObjectLocation, size: number): RecoverError {
  const place = printable(`s3://${from.bucket}/${from.key}`);
  return new RecoverError("guard-refused", `"${place}" has ${size} bytes, more than the 5 GiB one copy can take`, {
    remedy: "Copy this archive with a tool that copies in parts, and recover from the copy.",
    place,
    effect: "none",
  });
}

function gone(from: ObjectLocation): RecoverError {
  const place = printable(`s3://${from.bucket}/${from.key}`);
  return new RecoverError("object-changed", `"${place}" is gone`, {
    remedy: "Find out who writes there: a container of the deleted instance may still be alive.",
    place,
    effect: "none",
  });
}

function unanswered(from: ObjectLocation): RecoverError {
  const place = printable(`s3://${from.bucket}/${from.key}`);
  return new RecoverError("answer-incomplete", `the object store did not say how the copy of "${place}" ended`, {
    remedy: "Run the same step again: it looks at the copy first.",
    place,
  });
}
