/** The parts of the object store: buckets, access keys with their policy, and the record of every request. */
import type { StoredObject } from "./objects.ts";

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  /** `BUCKET/PREFIX` at or below which this key may neither write nor delete. */
  readonly denyWrites: readonly string[];
  readonly holder: string;
}

export interface StoreRequest {
  readonly at: number;
  readonly by: string;
  readonly operation:
    | "list"
    | "get"
    | "head"
    | "put"
    | "copy"
    | "delete"
    | "location"
    | "lifecycle"
    | "versioning"
    | "object-lock";
  readonly bucket: string;
  readonly key: string;
  /** Of a copy: its source, as `BUCKET/KEY`. */
  readonly from?: string;
  readonly status: number;
}

/** A lifecycle rule that deletes objects below a prefix this many days after they were written. */
export interface ExpiryRule {
  readonly id: string;
  readonly prefix: string;
  readonly days: number;
}

export interface StoreState {
  readonly buckets: Record<string, Record<string, StoredObject>>;
  readonly keys: AccessKey[];
  requests: StoreRequest[];
  /** Lifecycle rules by bucket; in the box they are shown and never act. */
  expiry?: Readonly<Record<string, readonly ExpiryRule[]>>;
}

export const emptyStore = (bucket: string): StoreState => ({ buckets: { [bucket]: {} }, keys: [], requests: [] });
