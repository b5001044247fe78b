/**
 * The object store that holds the archives (S3 and its kin; facts: wal-archives.md §1, §4).
 *
 * A store is opened with the source prefix that it must protect: it refuses, before sending, any write or delete at
 * or below it (law 1). Errors: `unreachable`, `access-denied`, `answer-incomplete`, `answer-malformed`,
 * `source-protected`. An access error never reads as an empty list (law 5).
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
  get(location: ObjectLocation, options?: { readonly range?: string; readonly ifMatch?: string }): Promise<Uint8Array>;
  head(location: ObjectLocation): Promise<ObjectInfo | undefined>;
}

export interface ObjectStore extends ObjectReader {
  /** One server-side copy, pinned to the source's ETag; returns the new object. */
  copy(from: ObjectLocation, to: ObjectLocation, options: { readonly ifMatch: string }): Promise<ObjectInfo>;
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
