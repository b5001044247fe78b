/** What the object store is made of: buckets, access keys with their policy, and the record of every request. */
import type { StoredObject } from "./objects.js";

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
  readonly operation: "list" | "get" | "head" | "put" | "copy" | "delete" | "location";
  readonly bucket: string;
  readonly key: string;
  /** Of a copy: where from, as `BUCKET/KEY`. */
  readonly from?: string;
  readonly status: number;
}

export interface StoreState {
  readonly buckets: Record<string, Record<string, StoredObject>>;
  readonly keys: AccessKey[];
  requests: StoreRequest[];
}

export const emptyStore = (bucket: string): StoreState => ({ buckets: { [bucket]: {} }, keys: [], requests: [] });
