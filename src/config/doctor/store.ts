/** The object store: keys, bucket, clock, whether archives may be listed and read, and could be changed. Nothing is written. */
import { quote } from "../../kit/commands/shell-quote.ts";
import { simulationLines } from "../../archive/actions/backup/simulation-lines.ts";
import { unprotected } from "../../foundation/actions/platform/unprotected.ts";
import type { ArchiveStore, ObjectReader, StoreIdentity } from "../../ports/object-store.ts";
import type { SharedPlace } from "../../ports/shared-place.ts";
import { note, ok, type Verdict } from "./check.ts";
import { clockVerdict } from "./clock.ts";
import type { Looks } from "./looks.ts";

export interface StoreOptions {
  readonly store: ArchiveStore;
  /** Absent if neither the configuration nor an input names one. */
  readonly bucket: string | undefined;
  /** Where archives lie in it: Dingo's are below `backups/`. */
  readonly prefix: string;
  /** One archive lies there, and no others. */
  readonly isOne: boolean;
  /** The configuration names other keys for sources. */
  readonly areApart: boolean;
  readonly lease: SharedPlace | undefined;
  readonly now: () => Date;
  /** A box speaks in the clear, on loopback. */
  readonly rehearsal: boolean;
}

export async function examineStore(looks: Looks, options: StoreOptions): Promise<void> {
  const { store, bucket, now, rehearsal } = options;
  const logIn = (): Promise<StoreIdentity> => store.identity();
  const what = "the credentials of the object store";
  // Reads with other keys can be looked at without these.
  const identity = options.areApart
    ? await looks.aside("s3.log-in", what, logIn)
    : await looks.look("s3.log-in", what, logIn);
  if (identity !== undefined) {
    looks.say("s3.log-in", ok(`key ${identity.keyId}`));
    for (const text of rehearsal ? [] : unprotected({ api: "" }, identity))
      looks.say("s3.log-in", {
        state: "warning",
        text,
        means: "Somebody in between can read the databases along; the report says so.",
        mend: "Write https:// as s3.endpoint if the store speaks it.",
      });
  }
  const source = options.areApart
    ? await looks.look("s3.source", "the keys that read archives (s3.source)", () => store.readingIdentity())
    : undefined;
  const keys = { source: source?.keyId, writing: identity?.keyId ?? "" };
  if (bucket === undefined) {
    saySource(looks, keys, "");
    looks.say("s3.bucket", note("no bucket is named, so that nothing in it was looked at", "Set s3.bucket."));
    return;
  }
  const region = await looks.look("s3.bucket", `the bucket ${bucket}`, () => store.region(bucket));
  if (region !== undefined) looks.say("s3.bucket", ok(`bucket ${bucket} in ${region}`));
  const time = await looks.aside("s3.clock", "the store's clock", async () => ({ at: await store.time(bucket) }));
  if (time !== undefined) looks.say("s3.clock", clockVerdict("the object store", time.at, now()));
  await examineReading(looks, store.reader(), { bucket, prefix: options.prefix });
  if (identity !== undefined) looks.say("s3.write", unknownRights(options, bucket, keys.writing));
  saySource(looks, keys, identity === undefined ? "" : `; whether key ${keys.writing} could write there is not known`);
  if (options.lease !== undefined) await examineLease(looks, options.lease);
}

/** A right is never tried. The verdict says how somebody with more rights asks for it. */
function unknownRights({ prefix, areApart }: StoreOptions, bucket: string, keyId: string): Verdict {
  const [line] = simulationLines({ bucket, prefix: prefix.replace(/\/+$/u, "") }, "");
  const apart = areApart
    ? ""
    : " Name keys as s3.source that may only read, so that archives are read with those alone.";
  return note(
    `whether key ${keyId} could change archives below s3://${bucket}/${prefix} is not known; it is not tried`,
    `Ask AWS with the ARN of key ${keyId}: ${line}. At MinIO: mc admin user info ALIAS ${keyId}.${apart}`,
  );
}

interface Keys {
  /** Undefined if there are no others, or they cannot be had. */
  readonly source: string | undefined;
  readonly writing: string;
}

function saySource(looks: Looks, { source, writing }: Keys, told: string): void {
  if (source === undefined) return;
  if (source !== writing) return looks.say("s3.source", ok(`archives are read with key ${source}${told}`));
  looks.say("s3.source", {
    state: "warning",
    text: `s3.source names key ${source}, which writes as well`,
    means: "Archives are read with keys that write: nothing but the guard keeps them apart.",
    mend: "Name keys as s3.source that may only read.",
  });
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
      mend: `Compare s3.bucket with WAL_S3_BUCKET of a running container, and look with ${quote(["aws", "s3", "ls", `s3://${bucket}/`])}.`,
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
