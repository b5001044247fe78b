/**
 * The object store that holds the archives (S3 and its kin; facts: wal-archives.md §1, §4).
 *
 * A store is opened with the source prefix that it must protect: it refuses, before sending, every write or delete at
 * or below it (law 1). Errors: `unreachable`, `access-denied`, `not-logged-in`, `bucket-missing`, `answer-incomplete`,
 * `answer-malformed`, `object-changed`, `source-protected`. An access error never reads as an empty list (law 5).
 */
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

/** Reads only: the type of the source side. */
export interface ObjectReader {
  /** Every object below the prefix, in key order, all pages; throws rather than returning a part. */
  list(bucket: string, prefix: string): Promise<readonly ObjectInfo[]>;
  /**
   * The object's bytes, or those of `range` ("bytes=0-8"). An object that is absent or has another ETag than `ifMatch`
   * is `object-changed`: callers ask only for what a listing showed.
   */
  get(location: ObjectLocation, options?: { readonly range?: string; readonly ifMatch?: string }): Promise<Uint8Array>;
  /** Undefined only where the store says that the bucket is there and the key is not. */
  head(location: ObjectLocation): Promise<ObjectInfo | undefined>;
}

export interface CopyRequest {
  /** ETag of the source as it was seen; any other is `object-changed`. */
  readonly ifMatch: string;
  /** As listed; without them the source is looked up first. */
  readonly size?: number;
  readonly storageClass?: string;
}

export interface ObjectStore extends ObjectReader {
  /** One server-side copy that keeps storage class, metadata and tags; returns the new object. At most 5 GiB. */
  copy(from: ObjectLocation, to: ObjectLocation, options: CopyRequest): Promise<ObjectInfo>;
  /** An absent object is no error. */
  remove(location: ObjectLocation): Promise<void>;
}

/** Which credentials speak, without the secret. */
export interface StoreIdentity {
  readonly endpoint: string;
  readonly region: string;
  readonly keyId: string;
}

export interface ArchiveStore {
  identity(): Promise<StoreIdentity>;
  /** Region of the bucket; found out where the configuration is silent. */
  region(bucket: string): Promise<string>;
  reader(): ObjectReader;
  /** A store that can write anywhere but at or below the protected prefix. */
  writer(protect: { readonly bucket: string; readonly prefix: string }): ObjectStore;
}
