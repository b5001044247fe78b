/**
 * The place that machines share, in S3: conditional writes by If-None-Match and If-Match of PutObject (S3 API reference;
 * MinIO has them too; older stores ignore them or answer 501).
 */
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import { gathered } from "../../../kit/byte-queue.ts";
import type { SharedObject, SharedPlace, WriteCondition, Written } from "../../../ports/shared-place.ts";
import { bytesOf } from "./body.ts";
import type { S3Connection } from "./connection.ts";
import { answerOf, failureOf } from "./failure.ts";
import type { Permit } from "./guard/guard.ts";
import { S3Reader } from "./reader.ts";
import { findRegion } from "./region.ts";

/** Bytes that are read of one object, if the reader knows no smaller bound: evidence has the size of a listing. */
const LARGEST = 256 * 1024 * 1024;

export interface SharedPrefix {
  readonly bucket: string;
  /** No slash at either end, not empty. */
  readonly prefix: string;
}

export class S3SharedPlace implements SharedPlace {
  readonly #connection: S3Connection;
  readonly #reader: S3Reader;
  readonly #at: SharedPrefix;
  readonly #permit: Permit;
  readonly #largest: number;

  constructor(
    connection: S3Connection,
    { permit, ...at }: SharedPrefix & { readonly permit: Permit },
    largest = LARGEST,
  ) {
    this.#connection = connection;
    this.#reader = new S3Reader(connection);
    this.#at = at;
    this.#permit = permit;
    this.#largest = largest;
  }

  get location(): string {
    return `s3://${this.#at.bucket}/${this.#at.prefix}`;
  }

  async read(name: string, most = this.#largest): Promise<SharedObject | undefined> {
    const { bucket } = this.#at;
    await this.#prepare();
    const call = { verb: "read", place: this.#place(name), reads: true, alone: true };
    return this.#connection.exchange(bucket, call, async ({ sdk, send }) => {
      try {
        const asked = { Bucket: bucket, Key: this.#key(name) };
        const answer = await send(new sdk.GetObjectCommand(asked), { taken: "pieces" });
        const { ETag: etag, ContentLength: length = 0 } = answer;
        const body = bytesOf(answer);
        if (length > most) {
          body.destroy();
          throw tooLarge(this.#place(name), most);
        }
        // The store's word for the size is not believed.
        const content = await gathered(body, most);
        if (content === undefined) throw tooLarge(this.#place(name), most);
        return { content: content.toString("utf8"), version: versionOf(etag, this.#place(name)) };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    });
  }

  async list(prefix: string): Promise<readonly string[]> {
    const objects = await this.#reader.list(this.#at.bucket, this.#key(prefix));
    return objects.map(({ key }) => key.slice(this.#at.prefix.length + 1));
  }

  async write(name: string, content: string, condition: WriteCondition): Promise<Written> {
    const { bucket } = this.#at;
    await this.#permit.show({ bucket, key: this.#key(name) });
    await this.#prepare();
    const call = { verb: "write", place: this.#place(name), reads: false, permit: this.#permit };
    return this.#connection.exchange(bucket, call, async ({ sdk, send }) => {
      try {
        const at = { Bucket: bucket, Key: this.#key(name), ContentType: "application/json" };
        const answer = await send(new sdk.PutObjectCommand({ ...at, Body: content, ...conditionOf(condition) }));
        return { is: "written", version: versionOf(answer.ETag, this.#place(name)) } as const;
      } catch (error) {
        const answer = condition === "any" ? undefined : refusalOf(error);
        if (answer !== undefined) return answer;
        throw error;
      }
    });
  }

  #key(name: string): string {
    return `${this.#at.prefix}/${name}`;
  }

  #place(name: string): string {
    return `s3://${this.#at.bucket}/${this.#key(name)}`;
  }

  async #prepare(): Promise<void> {
    if (this.#connection.configuredRegion === undefined) await findRegion(this.#connection, this.#at.bucket);
  }
}

function conditionOf(condition: WriteCondition): { readonly IfNoneMatch?: string; readonly IfMatch?: string } {
  if (condition === "any") return {};
  return condition === "absent" ? { IfNoneMatch: "*" } : { IfMatch: `"${condition.version}"` };
}

/**
 * 412; 404 for If-Match when the object is absent; 409 when two wrote at the same moment (S3 API reference, PutObject).
 */
function refusalOf(error: unknown): Written | undefined {
  const { name, status } = answerOf(error);
  if (status === 501 || name === "NotImplemented") return { is: "unsupported" };
  if (status === 409 && name === "ConditionalRequestConflict") return { is: "refused" };
  const failure = failureOf(error);
  return failure.kind === "final" && failure.code === "object-changed" ? { is: "refused" } : undefined;
}

/** NoSuchBucket is told apart by its name: it is also a 404. */
function isAbsent(error: unknown): boolean {
  const failure = failureOf(error);
  return answerOf(error).status === 404 && failure.kind === "final" && failure.code === "object-changed";
}

function versionOf(etag: string | undefined, place: string): string {
  if (etag !== undefined && etag !== "") return etag.replaceAll('"', "");
  throw giveUp("answer-incomplete", `the object store does not say the ETag of "${place}"`)
    .at(place)
    .advise("Check what lies between here and the store.");
}

function tooLarge(place: string, largest: number): RecoverError {
  return refuse("answer-malformed", `"${place}" is larger than the ${largest} bytes that are read of one object`)
    .at(place)
    .advise("Find out who wrote it; nothing that a recovery needs is that large.");
}
