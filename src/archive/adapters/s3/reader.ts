/** The reading side of a store. It has no way to write. */
import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import type {
  KeyRange,
  LifecycleRule,
  ObjectInfo,
  ObjectLocation,
  ObjectReader,
  ReadRequest,
  Rows,
} from "../../../ports/object-store.ts";
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import { type Body, bytesOf, notTheObject, openBody, spanOf } from "./body.ts";
import type { S3Connection } from "./connection.ts";
import { failureOf, printable } from "./failure.ts";
import { readLifecycle } from "./bucket-question.ts";
import { type Going, listEveryPage, type Page } from "./listing.ts";
import type { Headers } from "./network.ts";
import { findRegion, requireBucket } from "./region.ts";

/** A page never has more, even if more is asked for. */
const LARGEST_PAGE = 1_000;

export class S3Reader implements ObjectReader {
  protected readonly connection: S3Connection;

  constructor(connection: S3Connection) {
    this.connection = connection;
  }

  /** MinIO of 2026-02, 50,000 keys: pages behind a start-after cost its processor three times those of one listing. */
  get rangesAreCheap(): boolean {
    return !this.connection.isMinio;
  }

  async list(bucket: string, prefix: string, range: KeyRange = {}): Promise<Rows<ObjectInfo>> {
    const connection = await this.prepare({ bucket, key: prefix });
    const place = `s3://${bucket}/${prefix}`;
    const call = { verb: "list", place, reads: true, alone: true };
    const page = (from: Going | undefined) =>
      connection.exchange(bucket, call, ({ sdk, send }): Promise<Page> => {
        if (from === undefined || "token" in from)
          return send(new sdk.ListObjectsV2Command({ Bucket: bucket, ...pageRequest({ prefix, range, from }) }));
        const asked = { Bucket: bucket, Prefix: prefix, EncodingType: "url", Marker: from.marker } as const;
        return send(new sdk.ListObjectsCommand(asked));
      });
    return listEveryPage(page, { prefix, range, place: printable(place) });
  }

  async get(at: ObjectLocation, request: ReadRequest = {}): Promise<Uint8Array> {
    const connection = await this.prepare(at);
    const call = readingOf(at);
    const body = await connection.exchange(at.bucket, call, async ({ sdk, send }) => {
      const expects = (headers: Headers): void => requireAsked(headers, call, request);
      const answer = await send(new sdk.GetObjectCommand(getRequest(at, request)), { taken: "object", expects });
      return { bytes: Buffer.concat(await bytesOf(answer).toArray()), announced: answer.ContentLength };
    });
    const due = body.announced ?? (request.range === undefined ? request.size : undefined);
    if (due === undefined || due === body.bytes.length) return body.bytes;
    throw cutShort(call.place, body.bytes.length, due);
  }

  async stream(at: ObjectLocation, request: ReadRequest = {}): Promise<AsyncIterable<Uint8Array>> {
    const connection = await this.prepare(at);
    const source = {
      place: readingOf(at).place,
      open: (part: ReadRequest) => this.#open(connection, at, part),
      size: async () => (await this.head(at))?.size,
      pause: (breaks: number) => connection.pauseToRead(breaks),
    };
    return openBody(source, request);
  }

  #open(connection: S3Connection, at: ObjectLocation, request: ReadRequest): Promise<Body> {
    return connection.exchange(at.bucket, readingOf(at), async ({ sdk, send }) => {
      const answer = await send(new sdk.GetObjectCommand(getRequest(at, request)), { taken: "pieces" });
      const { ETag: etag, ContentLength: length, ContentRange: range } = answer;
      return { etag: plain(etag), length, range, bytes: bytesOf(answer) };
    });
  }

  async head({ bucket, key }: ObjectLocation): Promise<ObjectInfo | undefined> {
    const connection = await this.prepare({ bucket, key });
    const call = { verb: "look at", place: `s3://${bucket}/${key}`, reads: true };
    const answer = await connection.exchange(bucket, call, async ({ sdk, send }) => {
      try {
        return await send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === "final" && failure.code === "object-changed") return undefined;
        throw error;
      }
    });
    // The answer to HEAD has no body: only the bucket itself tells a missing key from a missing bucket.
    if (answer === undefined) await requireBucket(connection, bucket);
    return answer === undefined ? undefined : infoOf(key, answer, call.place);
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

function pageRequest({
  prefix,
  range,
  from,
}: {
  prefix: string;
  range: KeyRange;
  from: { token: string } | undefined;
}) {
  const { after, most } = range;
  return {
    Prefix: prefix,
    EncodingType: "url" as const,
    ...(from === undefined ? {} : { ContinuationToken: from.token }),
    ...(from !== undefined || !after ? {} : { StartAfter: after }),
    ...(most === undefined || most >= LARGEST_PAGE ? {} : { MaxKeys: most }),
  };
}

function getRequest({ bucket, key }: ObjectLocation, { range, ifMatch }: ReadRequest) {
  return {
    Bucket: bucket,
    Key: key,
    ...(!ifMatch ? {} : { IfMatch: `"${ifMatch}"` }),
    ...(range === undefined ? {} : { Range: range }),
  };
}

/** Throws if the coming bytes are not those that were asked for. */
function requireAsked(headers: Headers, call: { readonly place: string }, { ifMatch, range }: ReadRequest): void {
  // A portal or proxy that answers in the store's place knows no ETag.
  if (ifMatch && plain(headers["etag"]) !== ifMatch) throw notTheObject(call);
  const length = /^\d{1,15}$/.test(headers["content-length"] ?? "") ? Number(headers["content-length"]) : undefined;
  if (range !== undefined) spanOf(call, { length, range: headers["content-range"] }, range);
}

function infoOf(key: string, answer: HeadObjectCommandOutput, place: string): ObjectInfo {
  const { ContentLength: size, LastModified: modified, StorageClass: storageClass = "STANDARD" } = answer;
  const etag = plain(answer.ETag);
  if (size === undefined || etag === undefined || modified === undefined) throw half(place);
  return { key, size, etag, lastModified: modified.toISOString(), storageClass };
}

function half(place: string): RecoverError {
  const text = `the object store does not say size, ETag and date of "${printable(place)}"`;
  return giveUp("answer-incomplete", text).at(printable(place)).advise("Check what lies between here and the store.");
}

function cutShort(place: string, got: number, announced: number): RecoverError {
  const text = `"${printable(place)}" came with ${got} of ${announced} bytes`;
  return refuse("answer-incomplete", text).at(printable(place)).advise("Run the same command again.");
}
