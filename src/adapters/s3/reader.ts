/** The reading side of a store. It has no way to write. */
import type {
  KeyRange,
  LifecycleRule,
  ObjectInfo,
  ObjectLocation,
  ObjectReader,
  ReadRequest,
} from "../../ports/object-store.js";
import { RecoverError } from "../../errors.js";
import { type Body, notTheObject, openBody } from "./body.js";
import type { S3Connection } from "./connection.js";
import { failureOf, printable } from "./failure.js";
import { orUnknown, readLifecycle } from "./lifecycle.js";
import { listEveryPage } from "./listing.js";
import { findRegion, requireBucket } from "./region.js";

export class S3Reader implements ObjectReader {
  protected readonly connection: S3Connection;

  constructor(connection: S3Connection) {
    this.connection = connection;
  }

  async list(bucket: string, prefix: string, range: KeyRange = {}): Promise<readonly ObjectInfo[]> {
    await this.prepare(bucket);
    const place = `s3://${bucket}/${prefix}`;
    const start = range.after === undefined || range.after === "" ? {} : { StartAfter: range.after };
    const fetchPage = (token: string | undefined) =>
      this.connection.send(bucket, { verb: "list", place, reads: true }, (client, { ListObjectsV2Command }) => {
        const from = token === undefined ? start : { ContinuationToken: token };
        return client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, EncodingType: "url", ...from }));
      });
    return listEveryPage(fetchPage, { prefix, range, place: printable(place) });
  }

  async get(at: ObjectLocation, request: ReadRequest = {}): Promise<Uint8Array> {
    await this.prepare(at.bucket);
    const call = readingOf(at);
    return this.connection.send(at.bucket, call, async (client, { GetObjectCommand }) => {
      const answer = await client.send(new GetObjectCommand(inputOf(at, request)));
      const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      // A portal or proxy that answers in the store's place knows no ETag.
      if (request.ifMatch !== undefined && plain(answer.ETag) !== request.ifMatch) throw notTheObject(call);
      if (answer.ContentLength === undefined || answer.ContentLength === bytes.length) return bytes;
      throw cutShort(call.place, bytes.length, answer.ContentLength);
    });
  }

  async stream(at: ObjectLocation, request: ReadRequest = {}): Promise<AsyncIterable<Uint8Array>> {
    await this.prepare(at.bucket);
    const source = {
      place: readingOf(at).place,
      open: (part: ReadRequest) => this.#open(at, part),
      pause: (breaks: number) => this.connection.pauseToRead(breaks),
    };
    return openBody(source, request);
  }

  #open(at: ObjectLocation, request: ReadRequest): Promise<Body> {
    return this.connection.send(at.bucket, readingOf(at), async (client, { GetObjectCommand }) => {
      const answer = await client.send(new GetObjectCommand(inputOf(at, request)));
      const bytes = (answer.Body ?? []) as AsyncIterable<Uint8Array>;
      return { etag: plain(answer.ETag), length: answer.ContentLength, range: answer.ContentRange, bytes };
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

  async lifecycle(bucket: string): Promise<readonly LifecycleRule[] | undefined> {
    return orUnknown(async () => {
      await this.prepare(bucket);
      return readLifecycle(this.connection, bucket);
    });
  }

  /** Buckets of unknown region are looked at once. */
  protected async prepare(bucket: string): Promise<void> {
    if (this.connection.configuredRegion === undefined) await findRegion(this.connection, bucket);
  }
}

const plain = (etag: string | undefined): string | undefined => etag?.replaceAll('"', "");

function readingOf({ bucket, key }: ObjectLocation) {
  return { verb: "read", place: `s3://${bucket}/${key}`, reads: true };
}

function inputOf({ bucket, key }: ObjectLocation, { range, ifMatch }: ReadRequest) {
  const pinned = ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` };
  return { Bucket: bucket, Key: key, ...pinned, ...(range === undefined ? {} : { Range: range }) };
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

function cutShort(place: string, got: number, announced: number): RecoverError {
  const text = `"${printable(place)}" came with ${got} of ${announced} bytes`;
  return new RecoverError("answer-incomplete", text, {
    remedy: "Run the same command again.",
    place: printable(place),
    effect: "none",
  });
}
