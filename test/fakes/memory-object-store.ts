/**
 * An object store in memory with S3's behaviour: ETags are MD5, copies get new dates, listings are in byte order.
 * Its log of changes is the far side's record.
 */
import { createHash } from "node:crypto";
import { compareKeys } from "../../src/kit/text/key-order.ts";
import { Guard } from "../../src/archive/adapters/s3/guard/guard.ts";
import { RecoverError, type ErrorCode } from "../../src/errors.ts";
import { ObjectFrozen } from "../../src/ports/object-store.ts";
import type {
  ArchiveStore,
  CopiedObject,
  CopyRequest,
  KeyRange,
  LifecycleRule,
  Protection,
  ObjectInfo,
  ObjectLocation,
  ObjectReader,
  ObjectStore,
  ReadRequest,
  StoreIdentity,
  WritePlaces,
} from "../../src/ports/object-store.ts";

export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly lastModified: string;
  readonly storageClass: string;
}

export interface SeedOptions {
  readonly lastModified?: string;
  readonly storageClass?: string;
  readonly etag?: string;
  /** Listed with this size instead of its bytes' number: large objects without their bytes. */
  readonly size?: number;
}

type FakeCall = "region" | "time" | "protection" | "list" | "get" | "stream" | "head" | "lifecycle" | "copy" | "remove";

export class MemoryObjectStore implements ArchiveStore {
  readonly #buckets = new Map<string, Map<string, StoredObject & { readonly size: number }>>();
  readonly #guard = new Guard(
    async (bucket, prefix) => (await this.reader().list(bucket, prefix, { most: 1 })).length > 0,
  );
  /** "copy KEY" and "remove KEY", in order. */
  readonly changes: string[] = [];
  /** Milliseconds; a copy is dated with it, cut to the second as S3 does. */
  nowMs = Date.UTC(2026, 10, 21, 12);
  /** Ends the "process" when this many changes have been made: the change itself happens. */
  dieAfterChanges = Number.POSITIVE_INFINITY;
  /** Whether a conditional copy onto an object that exists is refused; MinIO copies all the same. */
  honoursAbsence = true;
  /** True when each copy gets a new ETag, as in a bucket that is encrypted with a KMS key. */
  encryptsCopies = false;
  /** Keys that it lists, and does not have. */
  readonly hollow = new Set<string>();
  /** Keys that it has in cold storage. */
  readonly frozen = new Set<string>();
  /** Calls that fail from now on. */
  readonly refusals = new Map<FakeCall, ErrorCode>();
  readonly protections = new Map<string, Protection>();
  /** Names the keys that read archives. */
  readingKey = "MEMORY";
  /** By bucket; undefined: the store does not say. */
  readonly lifecycles = new Map<string, readonly LifecycleRule[] | undefined>();

  seed(bucket: string, key: string, content: string | Uint8Array, options: SeedOptions = {}): void {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    this.bucket(bucket).set(key, {
      bytes,
      size: options.size ?? bytes.length,
      etag: options.etag ?? createHash("md5").update(bytes).digest("hex"),
      lastModified: options.lastModified ?? this.#stamp(),
      storageClass: options.storageClass ?? "STANDARD",
    });
  }

  bucket(name: string): Map<string, StoredObject & { readonly size: number }> {
    const bucket = this.#buckets.get(name) ?? new Map<string, StoredObject & { readonly size: number }>();
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** Another name of a bucket, as an access point's alias is one. */
  alias(name: string, of: string): void {
    this.#buckets.set(name, this.bucket(of));
  }

  /** Key to content hash: two worlds are compared by these. */
  world(bucket: string): Readonly<Record<string, string>> {
    const entries = [...this.bucket(bucket)].map(([key, { bytes }]) => [
      key,
      createHash("md5").update(bytes).digest("hex"),
    ]);
    return Object.fromEntries(entries.sort()) as Readonly<Record<string, string>>;
  }

  identity(): Promise<StoreIdentity> {
    return Promise.resolve({ endpoint: "memory", region: "us-east-1", keyId: "MEMORY" });
  }

  readingIdentity(): Promise<StoreIdentity> {
    return Promise.resolve({ endpoint: "memory", region: "us-east-1", keyId: this.readingKey });
  }

  region(bucket: string): Promise<string> {
    return this.#answer("region", () => {
      this.#require(bucket);
      return "us-east-1";
    });
  }

  time(bucket: string): Promise<Date | undefined> {
    return this.#answer("time", () => {
      this.#require(bucket);
      return new Date(Math.floor(this.nowMs / 1000) * 1000);
    });
  }

  async protection(bucket: string): Promise<Protection> {
    if (this.refusals.get("protection") === "access-denied")
      return { versioning: "not-known", mfaDelete: false, lock: "not-known" };
    return this.#answer("protection", () => {
      this.#require(bucket);
      return this.protections.get(bucket) ?? { versioning: "off", mfaDelete: false, lock: "none" };
    });
  }

  reader(): ObjectReader {
    return {
      list: (bucket, prefix, range) => this.#answer("list", () => this.#list(bucket, prefix, range)),
      get: (at, options) => this.#answer("get", () => this.#get(at, options)),
      stream: (at, options) => this.#answer("stream", () => inPieces(this.#get(at, options))),
      head: (at) => this.#answer("head", () => this.#head(at)),
      lifecycle: (bucket) => this.#lifecycle(bucket),
    };
  }

  writer({ source, into }: WritePlaces): ObjectStore {
    const permit = this.#guard.archives(source, into);
    return {
      ...this.reader(),
      copy: async (from, to, options) => {
        await permit.show(to);
        return this.#answer("copy", () => this.#copy(from, to, options));
      },
      remove: async (at) => {
        await permit.show(at);
        return this.#answer("remove", () => this.#remove(at));
      },
    };
  }

  async #answer<T>(call: FakeCall, work: () => T): Promise<T> {
    await Promise.resolve();
    if (this.changes.length >= this.dieAfterChanges) throw new Error("killed");
    const code = this.refusals.get(call);
    if (code !== undefined) throw failure(code, `the store refused to ${call}`, "none");
    const answer = work();
    if (this.changes.length >= this.dieAfterChanges) throw new Error("killed");
    return answer;
  }

  #list(bucket: string, prefix: string, { after, upTo, most }: KeyRange = {}): readonly ObjectInfo[] {
    return [...this.#require(bucket)]
      .filter(([key]) => key.startsWith(prefix))
      .filter(([key]) => after === undefined || compareKeys(key, after) > 0)
      .filter(([key]) => upTo === undefined || compareKeys(key, upTo) <= 0)
      .map(([key, object]) => infoOf(key, object))
      .sort((a, b) => compareKeys(a.key, b.key))
      .slice(0, most);
  }

  /** A refusal is no answer, as with S3. */
  async #lifecycle(bucket: string): Promise<readonly LifecycleRule[] | undefined> {
    if (this.refusals.get("lifecycle") === "access-denied") return undefined;
    return this.#answer("lifecycle", () => {
      this.#require(bucket);
      return this.lifecycles.has(bucket) ? this.lifecycles.get(bucket) : [];
    });
  }

  #get(at: ObjectLocation, options: ReadRequest = {}): Uint8Array {
    const object = this.hollow.has(at.key) ? undefined : this.#require(at.bucket).get(at.key);
    if (object === undefined) throw failure("object-changed", `"${at.key}" is gone`);
    if (this.frozen.has(at.key))
      throw new ObjectFrozen("access-denied", `"${at.key}" is frozen`, { remedy: "Have it restored.", effect: "none" });
    if (options.ifMatch !== undefined && options.ifMatch !== object.etag) {
      throw failure("object-changed", `"${at.key}" has another ETag`);
    }
    return options.range === undefined ? object.bytes : cut(object.bytes, options.range);
  }

  #head(at: ObjectLocation): ObjectInfo | undefined {
    const object = this.hollow.has(at.key) ? undefined : this.#require(at.bucket).get(at.key);
    return object === undefined ? undefined : infoOf(at.key, object);
  }

  #copy(from: ObjectLocation, to: ObjectLocation, options: CopyRequest): CopiedObject {
    const object = this.#require(from.bucket).get(from.key);
    if (object?.etag !== options.ifMatch) throw failure("object-changed", `"${from.key}" is not what was seen`);
    if (options.ifAbsent === true && this.honoursAbsence && this.#require(to.bucket).has(to.key)) {
      const there = infoOf(to.key, this.#require(to.bucket).get(to.key) ?? object);
      if (there.size === object.size && there.etag === object.etag) return { ...there, wasThere: true };
      throw failure("target-not-fresh", `"${to.key}" is there already`, "none");
    }
    this.nowMs += 10;
    const etag = this.encryptsCopies ? createHash("md5").update(`${this.nowMs} ${to.key}`).digest("hex") : object.etag;
    const copy = { ...object, etag, lastModified: this.#stamp() };
    this.#require(to.bucket).set(to.key, copy);
    this.changes.push(`copy ${to.key}`);
    return infoOf(to.key, copy);
  }

  #remove(at: ObjectLocation): void {
    this.#require(at.bucket).delete(at.key);
    this.changes.push(`remove ${at.key}`);
  }

  #require(name: string): Map<string, StoredObject & { readonly size: number }> {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw failure("bucket-missing", `there is no bucket "${name}"`);
    return bucket;
  }

  #stamp(): string {
    return new Date(Math.floor(this.nowMs / 1000) * 1000).toISOString();
  }
}

/** "bytes=2-4", "bytes=2-", "bytes=-4". */
function cut(bytes: Uint8Array, range: string): Uint8Array {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  const from = first === "" ? Math.max(0, bytes.length - Number(last)) : Number(first);
  const to = first === "" || last === "" ? bytes.length : Number(last) + 1;
  if (from >= bytes.length || to <= from) throw failure("object-changed", "it is shorter than it was", "none");
  return bytes.subarray(from, to);
}

/** Small ones, so that nobody counts on whole headers in one piece. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const size = bytes.length < 4096 ? 7 : 65_521;
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

function infoOf(key: string, object: StoredObject & { readonly size: number }): ObjectInfo {
  const { size, etag, lastModified, storageClass } = object;
  return { key, size, etag, lastModified, storageClass };
}

function failure(code: ErrorCode, message: string, effect: "none" | "unknown" = "unknown"): RecoverError {
  return new RecoverError(code, message, { remedy: "Look at the store.", effect });
}
