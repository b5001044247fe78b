/** The reading side of a store. It has no way to write. */
import type { IncomingHttpHeaders } from "node:http";
import type {
  KeyRange,
  LifecycleRule,
  ObjectInfo,
  ObjectLocation,
  ObjectReader,
  ReadRequest,
} from "../../ports/object-store.js";
import { RecoverError } from "../../errors.js";
import { type Body, notTheObject, openBody, spanOf } from "./body.js";
import type { S3Connection } from "./connection.js";
import { failureOf, printable } from "./failure.js";
import { readLifecycle } from "./lifecycle.js";
import { listEveryPage } from "./listing.js";
import { fetchPage } from "./page.js";
import { findRegion, requireBucket } from "./region.js";
import { bodyOf } from "./wire/exchange.js";

export class S3Reader implements ObjectReader {
  protected readonly connection: S3Connection;

  constructor(connection: S3Connection) {
    this.connection = connection;
  }

  /** MinIO of 2026-02, 50,000 keys: pages behind a start-after cost its processor three times those of one listing. */
  get rangesAreCheap(): boolean {
    return !this.connection.isMinio;
  }

  async list(bucket: string, prefix: string, range: KeyRange = {}): Promise<readonly ObjectInfo[]> {
    const connection = await this.prepare({ bucket, key: prefix });
    const place = `s3://${bucket}/${prefix}`;
    const call = { verb: "list", place, reads: true, alone: true };
    const { after, most } = range;
    const page = (token: string | undefined) =>
      connection.exchange(bucket, call, (wire) => fetchPage(wire, { prefix, token, after, most }));
    return listEveryPage(page, { prefix, range, place: printable(place) });
  }

  async get(at: ObjectLocation, request: ReadRequest = {}): Promise<Uint8Array> {
    const connection = await this.prepare(at);
    const call = readingOf(at);
    return connection.exchange(at.bucket, call, async (wire) => {
      const answer = await wire.open({ method: "GET", key: at.key, headers: headersFor(request) });
      try {
        const announced = announcedBy(answer.headers, call, request);
        const body = await bodyOf(answer);
        if (announced === undefined || announced === body.length) return body;
        throw cutShort(call.place, body.length, announced);
      } catch (error) {
        answer.destroy();
        throw error;
      }
    });
  }

  async stream(at: ObjectLocation, request: ReadRequest = {}): Promise<AsyncIterable<Uint8Array>> {
    const connection = await this.prepare(at);
    const source = {
      place: readingOf(at).place,
      open: (part: ReadRequest) => this.#open(connection, at, part),
      pause: (breaks: number) => connection.pauseToRead(breaks),
    };
    return openBody(source, request);
  }

  #open(connection: S3Connection, at: ObjectLocation, request: ReadRequest): Promise<Body> {
    return connection.exchange(at.bucket, readingOf(at), async (wire) => {
      const answer = await wire.open({ method: "GET", key: at.key, headers: headersFor(request) });
      const { etag, "content-length": length, "content-range": range } = answer.headers;
      return { etag: plain(etag), length: countOf(length), range, bytes: answer };
    });
  }

  async head({ bucket, key }: ObjectLocation): Promise<ObjectInfo | undefined> {
    const connection = await this.prepare({ bucket, key });
    const call = { verb: "look at", place: `s3://${bucket}/${key}`, reads: true };
    const answer = await connection.exchange(bucket, call, async (wire) => {
      try {
        return await wire.send({ method: "HEAD", key });
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === "final" && failure.code === "object-changed") return undefined;
        throw error;
      }
    });
    // The answer to HEAD has no body: only the bucket itself tells a missing key from a missing bucket.
    if (answer === undefined) await requireBucket(connection, bucket);
    return answer === undefined ? undefined : infoOf(key, answer.headers, call.place);
  }

  lifecycle(bucket: string): Promise<readonly LifecycleRule[] | undefined> {
    return readLifecycle(this.connection, bucket);
  }

  /** The connection that reads there. Buckets of unknown region are looked at once. */
  protected async prepare(at: ObjectLocation): Promise<S3Connection> {
    const connection = this.connectionTo(at);
    if (connection.configuredRegion === undefined) await findRegion(connection, at.bucket);
    return connection;
  }

  protected connectionTo(_at: ObjectLocation): S3Connection {
    return this.connection;
  }
}

const plain = (etag: string | undefined): string | undefined => etag?.replaceAll('"', "");

function readingOf({ bucket, key }: ObjectLocation) {
  return { verb: "read", place: `s3://${bucket}/${key}`, reads: true, alone: true };
}

function headersFor({ range, ifMatch }: ReadRequest): Record<string, string> {
  return {
    ...(ifMatch === undefined ? {} : { "if-match": `"${ifMatch}"` }),
    ...(range === undefined ? {} : { range }),
  };
}

/** The number of bytes that are to come. Throws where they are not those that were asked for. */
function announcedBy(
  headers: IncomingHttpHeaders,
  call: { readonly place: string },
  { ifMatch, range }: ReadRequest,
): number | undefined {
  // A portal or proxy that answers in the store's place knows no ETag.
  if (ifMatch !== undefined && plain(headers.etag) !== ifMatch) throw notTheObject(call);
  const length = countOf(headers["content-length"]);
  if (range !== undefined) spanOf(call, { length, range: headers["content-range"] }, range);
  return length;
}

const countOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

function infoOf(key: string, headers: Readonly<Record<string, string>>, place: string): ObjectInfo {
  const size = countOf(headers["content-length"]);
  const etag = plain(headers["etag"]);
  const modified = new Date(headers["last-modified"] ?? "");
  if (size === undefined || etag === undefined || Number.isNaN(modified.getTime())) throw half(place);
  const storageClass = headers["x-amz-storage-class"] ?? "STANDARD";
  return { key, size, etag, lastModified: modified.toISOString(), storageClass };
}

function half(place: string): RecoverError {
  const text = `the object store does not say size, ETag and date of "${printable(place)}"`;
  return new RecoverError("answer-incomplete", text, {
    remedy: "Check what lies between here and the store.",
    place: printable(place),
  });
}

function cutShort(place: string, got: number, announced: number): RecoverError {
  const text = `"${printable(place)}" came with ${got} of ${announced} bytes`;
  return new RecoverError("answer-incomplete", text, {
    remedy: "Run the same command again.",
    place: printable(place),
    effect: "none",
  });
}
