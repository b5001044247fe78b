/** The object store: keys, bucket, clock, and whether archives may be listed and read. Nothing is written. */
import { unprotected } from "../actions/platform/unprotected.js";
import type { ArchiveStore, ObjectReader } from "../ports/object-store.js";
import type { SharedPlace } from "../ports/shared-place.js";
import { note, ok } from "./check.js";
import { clockVerdict } from "./clock.js";
import type { Looks } from "./looks.js";

export interface StoreOptions {
  readonly store: ArchiveStore;
  /** Absent where neither the configuration nor an input names one. */
  readonly bucket: string | undefined;
  /** Where archives lie in it: Dingo's are below `backups/`. */
  readonly prefix: string;
  readonly lease: SharedPlace | undefined;
  readonly now: () => Date;
  /** A box speaks in the clear, on loopback. */
  readonly rehearsal: boolean;
}

export async function examineStore(looks: Looks, options: StoreOptions): Promise<void> {
  const { store, bucket, now, rehearsal } = options;
  const identity = await looks.look("s3.log-in", "the credentials of the object store", () => store.identity());
  if (identity !== undefined) {
    looks.say("s3.log-in", ok(`key ${identity.keyId}`));
    for (const text of rehearsal ? [] : unprotected({ api: "" }, identity))
      looks.say("s3.log-in", {
        state: "warning",
        text,
        means: "Whoever is in between reads the databases along; the report says so.",
        mend: "Write https:// as s3.endpoint where the store speaks it.",
      });
  }
  if (bucket === undefined) {
    looks.say("s3.bucket", note("no bucket is named, so that nothing in it was looked at", "Set s3.bucket."));
    return;
  }
  const region = await looks.look("s3.bucket", `the bucket ${bucket}`, () => store.region(bucket));
  if (region !== undefined) looks.say("s3.bucket", ok(`bucket ${bucket} in ${region}`));
  const time = await looks.aside("s3.clock", "the store's clock", async () => ({ at: await store.time(bucket) }));
  if (time !== undefined) looks.say("s3.clock", clockVerdict("the object store", time.at, now()));
  await examineReading(looks, store.reader(), { bucket, prefix: options.prefix });
  looks.say("s3.write", note("whether the keys may write is not tried"));
  if (options.lease !== undefined) await examineLease(looks, options.lease);
}

interface Archives {
  readonly bucket: string;
  readonly prefix: string;
}

async function examineReading(looks: Looks, reader: ObjectReader, { bucket, prefix }: Archives): Promise<void> {
  const place = `s3://${bucket}/${prefix}`;
  const listed = await looks.look("s3.list", `listing ${place} (s3:ListBucket)`, () =>
    reader.list(bucket, prefix, { most: 1 }),
  );
  if (listed === undefined) return;
  const [first] = listed;
  if (first === undefined) {
    looks.say("s3.list", {
      state: "warning",
      code: "nothing-found",
      text: `${place} holds nothing`,
      means: "There is no archive to recover from: the step that proves it ends with 17.",
      mend: `Compare s3.bucket with WAL_S3_BUCKET of a running container, and look with aws s3 ls s3://${bucket}/.`,
    });
    return;
  }
  looks.say("s3.list", ok(`may list ${place}`));
  const read = await looks.aside("s3.read", `reading below ${place} (s3:GetObject)`, () =>
    reader.get({ bucket, key: first.key }, first.size === 0 ? {} : { range: "bytes=0-0" }),
  );
  if (read !== undefined) looks.say("s3.read", ok(`may read below ${place}`));
}

async function examineLease(looks: Looks, lease: SharedPlace): Promise<void> {
  const listed = await looks.aside("s3.lease", `the place of leases ${lease.location}`, () => lease.list(""));
  if (listed !== undefined) looks.say("s3.lease", ok(`may list the place of leases ${lease.location}`));
}
