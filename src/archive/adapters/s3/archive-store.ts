/** The object store that holds the archives: S3, MinIO and their kin. */
import type { ArchiveStore, Protection } from "../../../ports/object-store.ts";
import type { SharedPlace } from "../../../ports/shared-place.ts";
import { S3Connection, type S3Credentials, type S3Settings, SOCKETS } from "./connection.ts";
import { Guard } from "./guard/guard.ts";
import { S3Reader } from "./reader.ts";
import { readProtection } from "./bucket-question.ts";
import { findRegion, storeTime } from "./region.ts";
import { S3SharedPlace, type SharedPrefix } from "./shared-place.ts";
import { S3Writer } from "./writer.ts";
import { RecoverError } from "../../../errors.ts";

export { type S3Credentials, SOCKETS };

export interface OpenArchiveStore extends ArchiveStore {
  /** Where machines share leases. Every write fails with `source-protected` if an archive lies there. */
  shared(at: SharedPrefix): SharedPlace;
}

/**
 * Opens connections at the first call. The keys for sources read archives. The keys that write also do the looks before
 * a write and the reads of a copy's server: their right counts there.
 */
export function openArchiveStore(settings: KeyPairsSettings): OpenArchiveStore {
  const pairs = openKeyPairs(settings);
  const { reading, writing } = pairs;
  const reader = new S3Reader(reading);
  const around = new S3Reader(writing);
  const guard = new Guard(async (bucket, prefix) => (await around.list(bucket, prefix, { most: 1 })).length > 0);
  return {
    identity: () => writing.identity(),
    readingIdentity: () => reading.identity(),
    region: (bucket) => findRegion(reading, bucket),
    time: (bucket) => storeTime(reading, bucket),
    protection: (bucket) => askedByEither(pairs, (by) => readProtection(by, bucket), isSeen),
    reader: () => reader,
    writer: ({ source, into }) => new S3Writer(writing, guard.archives(source, into), { ...source, by: reading }),
    shared: (at) => new S3SharedPlace(writing, { ...at, permit: guard.shared(at) }),
  };
}

const isSeen = ({ versioning, lock }: Protection): boolean => versioning !== "not-known" && lock !== "not-known";

/** Whose keys speak to the store: those that read archives, and those that write. Without others for sources they are the same. */
export interface KeyPairsSettings extends S3Settings {
  /** For sources alone. Asked once. Default: `credentials`. */
  readonly sourceCredentials?: () => Promise<S3Credentials>;
}

interface KeyPairs {
  /** Never gets a permit: it can change nothing, even if its keys could. */
  readonly reading: S3Connection;
  readonly writing: S3Connection;
}

function openKeyPairs({ sourceCredentials, ...settings }: KeyPairsSettings): KeyPairs {
  const writing = new S3Connection(settings);
  const reading =
    sourceCredentials === undefined ? writing : new S3Connection({ ...settings, credentials: sourceCredentials });
  return { reading, writing };
}

/** Asks with the reading keys first. If they may not be told, asks with the writing keys, when there are any. */
async function askedByEither<T>(
  { reading, writing }: KeyPairs,
  ask: (connection: S3Connection) => Promise<T>,
  isAnswer: (answer: T) => boolean,
): Promise<T> {
  const answer = await ask(reading);
  if (reading === writing || isAnswer(answer)) return answer;
  try {
    const other = await ask(writing);
    return isAnswer(other) ? other : answer;
  } catch (error) {
    // Who only reads has no others.
    if (error instanceof RecoverError && error.code === "not-logged-in") return answer;
    throw error;
  }
}
