/** The reading side of a store. It has no way to write. */
import type { ObjectInfo, ObjectLocation, ObjectReader } from "../../ports/object-store.js";
import { RecoverError } from "../../errors.js";
import type { S3Connection } from "./connection.js";
import { failureOf, printable } from "./failure.js";
import { listEveryPage } from "./listing.js";
import { findRegion, requireBucket } from "./region.js";

export class S3Reader implements ObjectReader {
  protected readonly connection: S3Connection;

  constructor(connection: S3Connection) {
    this.connection = connection;
  }

  async list(bucket: string, prefix: string): Promise<readonly ObjectInfo[]> {
    await this.prepare(bucket);
    const place = `s3://${bucket}/${prefix}`;
    const fetchPage = (token: string | undefined) =>
      this.connection.send(bucket, { verb: "list", place, reads: true }, (client, { ListObjectsV2Command }) => {
        const more = token === undefined ? {} : { ContinuationToken: token };
        return client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, EncodingType: "url", ...more }));
      });
    return listEveryPage(fetchPage, prefix, printable(place));
  }

  async get(
    { bucket, key }: ObjectLocation,
    { range, ifMatch }: { readonly range?: string; readonly ifMatch?: string } = {},
  ): Promise<Uint8Array> {
    await this.prepare(bucket);
    const call = { verb: "read", place: `s3://${bucket}/${key}`, reads: true };
    return this.connection.send(bucket, call, async (client, { GetObjectCommand }) => {
      const pinned = ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` };
      const ranged = range === undefined ? {} : { Range: range };
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...pinned, ...ranged }));
      const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      // A portal or proxy that answers in the store's place knows no ETag.
      if (ifMatch !== undefined && answer.ETag?.replaceAll('"', "") !== ifMatch) throw notTheObject(call.place);
      if (answer.ContentLength === undefined || answer.ContentLength === bytes.length) return bytes;
      throw cutShort(call.place, bytes.length, answer.ContentLength);
    });
  }

  async head({ bucket, key }: ObjectLocation): Promise<ObjectInfo | undefined> {
    await this.prepare(bucket);
    const call = { verb: "look at", place: `s3://${bucket}/${key}`, reads: true };
    const answer = await this.connection.send(bucket, call, async (client, { HeadObjectCommand }) => {
      try {
        return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === "final" && failure.code === "object-changed") return undefined;
        throw error;
      }
    });
    // The answer to HEAD has no body: only the bucket itself tells a missing key from a missing bucket.
    if (answer === undefined) await requireBucket(this.connection, bucket);
    return answer === undefined ? undefined : infoOf(key, answer, call.place);
  }

  /** Buckets of unknown region are looked at once. */
  protected async prepare(bucket: string): Promise<void> {
    if (this.connection.configuredRegion === undefined) await findRegion(this.connection, bucket);
  }
}

interface Headers {
  readonly ContentLength?: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly StorageClass?: string | undefined;
}

function infoOf(key: string, headers: Headers, place: string): ObjectInfo {
  const { ContentLength, ETag, LastModified, StorageClass } = headers;
  if (ContentLength === undefined || ETag === undefined || LastModified === undefined) {
    throw new RecoverError(
      "answer-incomplete",
      `the object store does not say size, ETag and date of "${printable(place)}"`,
      {
        remedy: "Check what lies between here and the store.",
        place: printable(place),
      },
    );
  }
  return {
    key,
    size: ContentLength,
    etag: ETag.replaceAll('"', ""),
    lastModified: LastModified.toISOString(),
    storageClass: StorageClass ?? "STANDARD",
  };
}

function notTheObject(place: string): RecoverError {
  return new RecoverError(
    "answer-malformed",
    `the answer for "${printable(place)}" is not the object that was listed`,
    {
      remedy: "Check what lies between here and the store: something answers in its place, or ignores If-Match.",
      place: printable(place),
      effect: "none",
    },
  );
}

function cutShort(place: string, got: number, announced: number): RecoverError {
  const text = `"${printable(place)}" came with ${got} of ${announced} bytes`;
  return new RecoverError("answer-incomplete", text, {
    remedy: "Run the same command again.",
    place: printable(place),
    effect: "none",
  });
}
