/** The object store that holds the archives: S3, MinIO and their kin. */
import type { ArchiveStore } from "../../ports/object-store.js";
import type { SharedPlace } from "../../ports/shared-place.js";
import { simulateRights } from "./iam/simulation.js";
import { S3Connection, type S3Settings } from "./connection.js";
import { S3Reader } from "./reader.js";
import { readPolicy } from "./policy.js";
import { readProtection } from "./protection.js";
import { findRegion, storeTime } from "./region.js";
import { S3SharedPlace, type SharedPrefix } from "./shared-place.js";
import { S3Writer } from "./writer.js";

export interface OpenArchiveStore extends ArchiveStore {
  /** Begins to load the SDK, which takes a while, before the first call, where it will be needed. */
  warmUp(): void;
  /** Where machines share leases; the caller has shown that no archive lies there. */
  shared(at: SharedPrefix): SharedPlace;
}

/** Opens connections at the first call. */
export function openArchiveStore(settings: S3Settings): OpenArchiveStore {
  const connection = new S3Connection(settings);
  return {
    warmUp: () => connection.warmUp(),
    identity: () => connection.identity(),
    region: (bucket) => findRegion(connection, bucket),
    time: (bucket) => storeTime(connection, bucket),
    policy: (bucket) => readPolicy(connection, bucket),
    protection: (bucket) => readProtection(connection, bucket),
    simulate: (question) => simulateRights(connection, question),
    reader: () => new S3Reader(connection),
    writer: (protect) => new S3Writer(connection, protect),
    shared: (at) => new S3SharedPlace(connection, at),
  };
}
