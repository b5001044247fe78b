/** The writing side: server-side copies and deletes, each behind the guard of law 1. */
import { giveUp, RecoverError, refuse } from "../../../errors.ts";
import type {
  CopiedObject,
  CopyRequest,
  ObjectInfo,
  ObjectLocation,
  ObjectStore,
} from "../../../ports/object-store.ts";
import type { S3Connection } from "./connection.ts";
import { printable } from "./failure.ts";
import { classOf, copyInParts } from "./parts.ts";
import type { Permit } from "./guard/guard.ts";
import { liesBelow, type Place } from "./guard/place.ts";
import { S3Reader } from "./reader.ts";

/** The place that is only read, and the connection that reads it. */
export interface ReadPlace extends Place {
  readonly by: S3Connection;
}

/**
 * Its connection copies, so it must be able to read the source too, also when another connection lists and compares it.
 */
export class S3Writer extends S3Reader implements ObjectStore {
  readonly #permit: Permit;
  readonly #source: ReadPlace;

  constructor(connection: S3Connection, permit: Permit, source: ReadPlace) {
    super(connection);
    this.#permit = permit;
    this.#source = source;
  }

  protected override connectionTo(at: ObjectLocation): S3Connection {
    return liesBelow(this.#source, at) ? this.#source.by : this.connection;
  }

  async copy(from: ObjectLocation, to: ObjectLocation, request: CopyRequest): Promise<CopiedObject> {
    await this.#permit.show(to);
    await this.prepare(to);
    const { size, storageClass } = await this.#known(from, request);
    try {
      if (size > this.connection.largestCopy)
        return await this.#copyLarge(from, to, { ...request, size, storageClass });
      return await this.#copySmall(from, to, { ...request, size, storageClass });
    } catch (error) {
      // 412 does not say which of the two conditions did not hold.
      const isRefusal = error instanceof RecoverError && error.code === "object-changed";
      const there = request.ifAbsent === true && isRefusal ? await this.head(to) : undefined;
      if (there === undefined) throw error;
      // Something on the way may have sent the request twice.
      if (there.size === size && there.etag === request.ifMatch) return { ...there, wasThere: true };
      throw taken(to, error);
    }
  }

  async #copySmall(from: ObjectLocation, to: ObjectLocation, request: Known): Promise<ObjectInfo> {
    const { size, storageClass } = request;
    const call = { verb: "copy", place: `s3://${from.bucket}/${from.key}`, reads: false, permit: this.#permit };
    const result = await this.connection.exchange(to.bucket, call, async ({ sdk, send }) => {
      const answer = await send(new sdk.CopyObjectCommand(copyRequest(from, to, request)));
      return answer.CopyObjectResult;
    });
    const { ETag: etag, LastModified: modified } = result ?? {};
    if (etag === undefined || modified === undefined) throw unanswered(from);
    return { key: to.key, size, etag: etag.replaceAll('"', ""), lastModified: modified.toISOString(), storageClass };
  }

  async #copyLarge(from: ObjectLocation, to: ObjectLocation, request: Known): Promise<ObjectInfo> {
    const { ifMatch, size, storageClass, ifAbsent = false } = request;
    const parts = { from, to, copySource: copySource(from), ifMatch, size, storageClass, ifAbsent };
    const etag = await copyInParts(this.connection, this.#permit, parts);
    const copied = await this.head(to);
    if (copied?.size === size && copied.etag === etag) return { ...copied, storageClass };
    throw unanswered(from);
  }

  async remove(at: ObjectLocation): Promise<void> {
    await this.#permit.show(at);
    await this.prepare(at);
    const call = { verb: "delete", place: `s3://${at.bucket}/${at.key}`, reads: false, permit: this.#permit };
    await this.connection.exchange(at.bucket, call, ({ sdk, send }) =>
      send(new sdk.DeleteObjectCommand({ Bucket: at.bucket, Key: at.key })),
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

/** A request with the headers that were looked up. */
type Known = CopyRequest & { readonly size: number; readonly storageClass: string };

function copyRequest(from: ObjectLocation, to: ObjectLocation, { ifMatch, storageClass, ifAbsent }: Known) {
  return {
    Bucket: to.bucket,
    Key: to.key,
    CopySource: copySource(from),
    CopySourceIfMatch: `"${ifMatch}"`,
    MetadataDirective: "COPY" as const,
    TaggingDirective: "COPY" as const,
    ...classOf(storageClass),
    ...(ifAbsent === true ? { IfNoneMatch: "*" } : {}),
  };
}

/** Each path part percent-encoded: the header's "?versionId" would otherwise be within reach of a key. */
const copySource = ({ bucket, key }: ObjectLocation): string => `${bucket}/${key.split("/").map(encoded).join("/")}`;

/** Everything but unreserved characters of RFC 3986 as %XX of its UTF-8. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function taken(to: ObjectLocation, cause: unknown): RecoverError {
  const place = printable(`s3://${to.bucket}/${to.key}`);
  return refuse("target-not-fresh", `"${place}" is there already`)
    .at(place)
    .advise("Check that nothing else writes to the target, and look at this object.", cause);
}

function gone(from: ObjectLocation): RecoverError {
  const place = printable(`s3://${from.bucket}/${from.key}`);
  return refuse("object-changed", `"${place}" is gone`)
    .at(place)
    .advise("Find out who writes there: a container of the deleted instance may still be alive.");
}

function unanswered(from: ObjectLocation): RecoverError {
  const place = printable(`s3://${from.bucket}/${from.key}`);
  return giveUp("answer-incomplete", `the object store did not say how the copy of "${place}" ended`)
    .at(place)
    .advise("Run the same step again: it looks at the copy first.");
}
