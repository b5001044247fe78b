/**
 * The object store that holds the archives (S3 and its kin; facts: wal-archives.md §1, §4).
 *
 * A writer is opened for the places that it may write to and the source that it must protect. Before sending, it refuses
 * writes and deletes elsewhere, at or below a source, and inside an archive of others.
 *
 * Errors: `unreachable`, `access-denied`, `not-logged-in`, `bucket-missing`, `answer-incomplete`, `answer-malformed`,
 * `object-changed`, `source-protected`. An access error never reads as an empty list.
 */
import { RecoverError } from "../errors.ts";

/** `access-denied` of an object in cold storage: the store has it, and gives it only after it was restored there. */
export class ObjectFrozen extends RecoverError {}

export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
}

export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** ISO 8601, the store's clock. */
  readonly lastModified: string;
  readonly storageClass: string;
}

/**
 * Rows that are read one after the other, or by their place; an array is such a list. A long one makes each row when
 * it is asked for.
 */
export interface Rows<T> extends Iterable<T> {
  readonly length: number;
  at(index: number): T | undefined;
  map<U>(make: (row: T, index: number) => U): U[];
  flatMap<U>(make: (row: T, index: number) => U | readonly U[]): U[];
  filter<S extends T>(keep: (row: T, index: number) => row is S): S[];
  filter(keep: (row: T, index: number) => boolean): T[];
  find(is: (row: T, index: number) => boolean): T | undefined;
  findLast(is: (row: T, index: number) => boolean): T | undefined;
  some(is: (row: T, index: number) => boolean): boolean;
  every(is: (row: T, index: number) => boolean): boolean;
  reduce<U>(add: (sum: U, row: T) => U, first: U): U;
}

/** A part of the key space, in the order of the keys' bytes (UTF-8). */
export interface KeyRange {
  /** Keys behind this one; it need not be a key that exists. */
  readonly after?: string;
  /** Keys up to this one and this one too. */
  readonly upTo?: string;
  /** The first of them, and no more than this many. */
  readonly most?: number;
  /** Asked once there are so many: true for all the others as well. A store need not ask. */
  readonly goesOn?: () => boolean;
}

/** Which bytes, and of which object. */
export interface ReadRequest {
  /** "bytes=0-8", "bytes=9-" or "bytes=-4"; all without it. */
  readonly range?: string;
  /** Empty for a store whose objects have no ETag. */
  readonly ifMatch?: string;
  /** Of the whole object, as it was listed: for a store whose answers do not say it. */
  readonly size?: number;
}

/** When a lifecycle rule acts: whole days after the object was written, or at a moment (ISO 8601). */
export type LifecycleMoment = { readonly days: number } | { readonly at: string };

/** A rule by which the store changes objects by itself. Rules that only end uploads or old versions do nothing here. */
export interface LifecycleRule {
  readonly id: string;
  /** A rule that is switched off does nothing. */
  readonly enabled: boolean;
  /** Acts on keys that begin with it; empty: all. */
  readonly prefix: string;
  /** Acts only on objects with certain tags, which no listing shows: it may or may not hold for a key. */
  readonly tagged: boolean;
  /** Acts only on objects of more, or fewer, bytes than these. */
  readonly largerThan?: number;
  readonly smallerThan?: number;
  /** The object is deleted. */
  readonly expires?: LifecycleMoment;
  /** The object moves to another storage class. */
  readonly transitions: readonly { readonly when: LifecycleMoment; readonly storageClass: string }[];
}

/** Reads only: the type of the source side. */
export interface ObjectReader {
  /**
   * False once the store is known as one that goes through all keys before a range for each of its pages: then one listing
   * is faster than several. Otherwise unknown, which is taken for true.
   */
  readonly rangesAreCheap?: boolean | undefined;
  /** Objects that are OpenPGP messages come in clear, but for those that are asked for by a range. */
  readonly opensMessages?: boolean | undefined;
  /** Every object below the prefix (within the range), in key order, all pages; throws rather than returning a part. */
  list(bucket: string, prefix: string, range?: KeyRange): Promise<Rows<ObjectInfo>>;
  /**
   * The object's bytes, or those of `range` ("bytes=0-8"). An object that is absent or has another ETag than `ifMatch`
   * is `object-changed`: callers ask only for what a listing showed.
   */
  get(location: ObjectLocation, options?: ReadRequest): Promise<Uint8Array>;
  /**
   * As `get`, in pieces as they come; the promise resolves once the store has begun to answer. A broken connection is
   * resumed at the same byte, pinned to the same object. The iteration ends only after the last byte that the store
   * announced. Otherwise it throws: `answer-incomplete` if the rest does not come, `object-changed` if the object was
   * replaced meanwhile. It can be iterated once, and ended early.
   */
  stream(location: ObjectLocation, options?: ReadRequest): Promise<AsyncIterable<Uint8Array>>;
  /** Undefined only if the store says that the bucket is there and the key is not. */
  head(location: ObjectLocation): Promise<ObjectInfo | undefined>;
  /** The bucket's rules; undefined if we may not look or the store knows no rules: that is unknown, not "none". */
  lifecycle(bucket: string): Promise<readonly LifecycleRule[] | undefined>;
}

export interface CopyRequest {
  /** ETag of the source as it was seen; any other is `object-changed`. */
  readonly ifMatch: string;
  /** As listed; without them the source is looked up first. */
  readonly size?: number;
  readonly storageClass?: string;
  /**
   * Nothing but this very object (its size and ETag) may be there: `target-not-fresh` if something else is. Not every
   * store honours it (MinIO does not), so who relies on it looks as well.
   */
  readonly ifAbsent?: boolean;
}

/** `wasThere`: the store refused to overwrite, and what is there is the source's content. */
export type CopiedObject = ObjectInfo & { readonly wasThere?: true };

export interface ObjectStore extends ObjectReader {
  /** One server-side copy that keeps storage class, metadata and tags; returns the new object. Above 5 GiB in parts. */
  copy(from: ObjectLocation, to: ObjectLocation, options: CopyRequest): Promise<CopiedObject>;
  /** An absent object is no error. */
  remove(location: ObjectLocation): Promise<void>;
}

/** Which credentials speak, without the secret. */
export interface StoreIdentity {
  readonly endpoint: string;
  readonly region: string;
  readonly keyId: string;
}

/** The fate of an object that somebody deletes, as far as the bucket says; "not-known" if we may not look. */
export interface Protection {
  /** "on": a delete leaves what was deleted below a marker. */
  readonly versioning: "on" | "suspended" | "off" | "not-known";
  /** Versions are deleted with a code of a second device alone. */
  readonly mfaDelete: boolean;
  /** Object Lock: how long each new version is kept by itself. */
  readonly lock: "none" | "no-default" | "not-known" | { readonly mode: string; readonly days: number };
}

/** Prefixes have no slash at either end. */
export interface WritePlaces {
  readonly source: { readonly bucket: string; readonly prefix: string };
  /** The run's own new archive, and what it moves aside. */
  readonly into: readonly { readonly bucket: string; readonly prefix: string }[];
}

export interface ArchiveStore {
  /** Whose keys write; and read, if the operator gives no others for sources. */
  identity(): Promise<StoreIdentity>;
  /** Whose keys `reader` speaks with. */
  readingIdentity(): Promise<StoreIdentity>;
  /** Region of the bucket; found out if the configuration is silent. */
  region(bucket: string): Promise<string>;
  /** The store's own clock, to the second; undefined if its answers have no date. */
  time(bucket: string): Promise<Date | undefined>;
  protection(bucket: string): Promise<Protection>;
  reader(): ObjectReader;
  /** A store that can write at or below `into` alone, and nowhere at or below the source of any writer before. */
  writer(places: WritePlaces): ObjectStore;
}
