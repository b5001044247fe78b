/**
 * The contract against a real MinIO, and two things that only a server can show: its own record of writes, its own
 * refusals.
 */
import { randomBytes } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../../../src/kit/clock/system-clock.ts";
import { type OpenArchiveStore, openArchiveStore } from "../../../../src/archive/adapters/s3/archive-store.ts";
import { copyArchive } from "../../../../src/archive/copy/copy.ts";
import { probeCopy } from "../../../../src/archive/copy/compare.ts";
import { asideLocation, planCopy } from "../../../../src/archive/copy/copy-plan.ts";
import { sameContent } from "../../../../src/archive/copy/same-content.ts";
import { setAside } from "../../../../src/archive/copy/set-aside.ts";
import { readArchive } from "../../../../src/archive/reading/facts.ts";
import { verifyArchive } from "../../../../src/archive/judgement/verify.ts";
import type { ArchiveStore } from "../../../../src/ports/object-store.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { objectStoreContract } from "../../../contract/object-store.ts";
import { sharedPlaceContract } from "../../../contract/shared-place.ts";
import { MemoryObjectStore } from "../../../fakes/memory-object-store.ts";
import { Ledger } from "../../../rig/ledger.ts";
import { ObjectStore as Minio } from "../../../rig/object-store.ts";
import { assumeRole, type S3Credentials } from "../../../rig/sts.ts";
import { BUCKET, NEW, OLD, seedArchive } from "../../sample-archive.ts";

interface Running {
  readonly minio: Minio;
  readonly stop: () => Promise<void>;
}

/** The MinIO has a separate address: the foundation's may be running as well. */
async function start(address: string): Promise<Running> {
  const ledger = await Ledger.open(`s3-${randomBytes(4).toString("hex")}`);
  const minio = await Minio.start(ledger, address, BUCKET);
  const stop = async (): Promise<void> => {
    await minio.close();
    await ledger.removeAll();
  };
  return { minio, stop };
}

/** The pauses between attempts are long; nothing here depends on their length. */
const hurried = systemClock({ realMs: Date.now(), epochMs: Date.now(), rate: 100 });

function storeWith(endpoint: string, credentials: S3Credentials): OpenArchiveStore {
  return openArchiveStore({
    clock: hurried,
    secrets: new Secrets(),
    endpoint,
    credentials: () => Promise.resolve(credentials),
    environment: {},
  });
}

async function seed(minio: Minio, key: string, content: string | Uint8Array): Promise<void> {
  await minio.client.send(new PutObjectCommand({ Bucket: minio.bucket, Key: key, Body: content }));
}

/** Every request before this one is in the server's record. */
async function settle(minio: Minio, marker: string): Promise<void> {
  await minio.requests.settled(`/${minio.bucket}/${marker}`, () => minio.read(marker).catch(() => ""));
}

const DENY_ALL: Parameters<typeof assumeRole>[3] = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: ["s3:*"], Resource: ["arn:aws:s3:::*"] }],
};

sharedPlaceContract("MinIO by the AWS SDK", async () => {
  const { minio, stop } = await start("127.0.0.33");
  const nothing = await assumeRole(minio.endpoint, minio.region, minio.credentials, DENY_ALL);
  const at = { bucket: minio.bucket, prefix: "leases" };
  const store = storeWith(minio.endpoint, minio.credentials);
  return {
    place: store.shared(at),
    denied: storeWith(minio.endpoint, nothing).shared(at),
    unreachable: storeWith("http://127.0.0.33:9", minio.credentials).shared(at),
    nowhere: store.shared({ ...at, bucket: "no-such-bucket-anywhere" }),
    close: stop,
  };
});

objectStoreContract("MinIO by the AWS SDK", async () => {
  const { minio, stop } = await start("127.0.0.31");
  const nothing = await assumeRole(minio.endpoint, minio.region, minio.credentials, DENY_ALL);
  return {
    bucket: minio.bucket,
    store: storeWith(minio.endpoint, minio.credentials),
    denied: storeWith(minio.endpoint, nothing),
    unreachable: storeWith("http://127.0.0.31:9", minio.credentials),
    honoursAbsence: false,
    seed: (key, content) => seed(minio, key, content),
    expire: async ({ id, prefix, days }) => {
      const rule = { ID: id, Status: "Enabled", Filter: { Prefix: prefix }, Expiration: { Days: days } } as const;
      const configuration = { Bucket: minio.bucket, LifecycleConfiguration: { Rules: [rule] } };
      await minio.client.send(new PutBucketLifecycleConfigurationCommand(configuration));
    },
    close: stop,
  };
});

/** Uploads in parts of 5 MiB, the smallest that there are. */
async function seedInParts({ client, bucket }: Minio, key: string, parts: readonly Uint8Array[]): Promise<void> {
  const upload = await client.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      ContentType: "application/x-tar",
      Metadata: { origin: "wal-g" },
      Tagging: "keep=yes&why=a%20b",
    }),
  );
  const place = { Bucket: bucket, Key: key, UploadId: upload.UploadId };
  const Parts = await Promise.all(
    parts.map(async (Body, index) => {
      const { ETag } = await client.send(new UploadPartCommand({ ...place, PartNumber: index + 1, Body }));
      return { PartNumber: index + 1, ETag };
    }),
  );
  await client.send(new CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts } }));
}

describe("an object that is too large for one copy, on MinIO", () => {
  const PART = 5 * 1024 * 1024;
  let running: Running;
  beforeAll(async () => {
    running = await start("127.0.0.34");
    const parts = [randomBytes(PART), randomBytes(PART), randomBytes(1_000)];
    await seedInParts(running.minio, "large/from", parts);
    await seed(running.minio, "large/single", Buffer.concat(parts));
  });
  afterAll(() => running.stop());

  const at = (key: string) => ({ bucket: BUCKET, key });
  const open = () => {
    const { endpoint, credentials } = running.minio;
    return openArchiveStore({
      clock: hurried,
      secrets: new Secrets(),
      endpoint,
      credentials: () => Promise.resolve(credentials),
      environment: {},
      largestCopy: PART,
    });
  };
  const uploads = async () =>
    (await running.minio.client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: "large/" }))).Uploads ??
    [];

  it("is copied in the parts that it has, with the same ETag, its metadata and its tags", async () => {
    const store = open().writer({ source: OLD, into: [{ bucket: BUCKET, prefix: "large" }] });
    const from = await store.head(at("large/from"));
    const copied = await store.copy(at("large/from"), at("large/to"), { ifMatch: from?.etag ?? "" });
    expect(copied).toMatchObject({ key: "large/to", size: 2 * PART + 1_000, etag: from?.etag });
    const { client } = running.minio;
    const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "large/to" }));
    expect(head).toMatchObject({ ContentType: "application/x-tar", Metadata: { origin: "wal-g" } });
    const tags = await client.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: "large/to" }));
    expect(tags.TagSet).toEqual(
      expect.arrayContaining([
        { Key: "keep", Value: "yes" },
        { Key: "why", Value: "a b" },
      ]),
    );
    expect(await uploads()).toEqual([]);
  });

  it("that was written in one piece is copied in parts, and its bytes prove the copy", async () => {
    const store = open().writer({ source: OLD, into: [{ bucket: BUCKET, prefix: "large" }] });
    const [from] = await store.list(BUCKET, "large/single");
    const copied = await store.copy(at("large/single"), at("large/one"), { ifMatch: from?.etag ?? "" });
    expect(copied.etag).toMatch(/-1$/);
    const [there] = await store.list(BUCKET, "large/one");
    if (from === undefined || there === undefined) throw new Error("an object is not there");
    expect(await sameContent(store, { bucket: BUCKET, info: from }, { bucket: BUCKET, info: there })).toBe(true);
  });

  it("leaves no upload behind if the source is another one", async () => {
    const store = open().writer({ source: OLD, into: [{ bucket: BUCKET, prefix: "large" }] });
    const size = 2 * PART + 1_000;
    const copy = store.copy(at("large/from"), at("large/never"), {
      ifMatch: "another",
      size,
      storageClass: "STANDARD",
    });
    await expect(copy).rejects.toMatchObject({ code: "object-changed" });
    expect(await store.head(at("large/never"))).toBeUndefined();
    expect(await uploads()).toEqual([]);
  });
});

describe("an archive on MinIO, with keys that may not write to the source", () => {
  let running: Running;
  let store: ArchiveStore;
  /** One that knows no source yet. */
  let storeOf: () => ArchiveStore;
  beforeAll(async () => {
    running = await start("127.0.0.32");
    const memory = new MemoryObjectStore();
    seedArchive(memory, { at: OLD });
    seedArchive(memory, { at: NEW, cluster: "new", segments: [1, 2, 3] });
    for (const [key, { bytes }] of memory.bucket(BUCKET)) await seed(running.minio, key, bytes);
    const restricted = await running.minio.restrictedCredentials(OLD.prefix);
    storeOf = () => storeWith(running.minio.endpoint, restricted);
    store = storeOf();
  });
  afterAll(() => running.stop());

  it("is moved aside and replaced by the old one, while the server's record shows only reads below the source", async () => {
    const aside = asideLocation(NEW, "run-1");
    const writer = store.writer({ source: OLD, into: [NEW, aside] });
    const before = await writer.list(BUCKET, `${OLD.prefix}/`);
    await setAside(writer, planCopy(NEW, aside, await writer.list(BUCKET, `${NEW.prefix}/`)), {});
    await copyArchive(writer, planCopy(OLD, NEW, before), { clock: systemClock() });
    expect(await probeCopy(writer, planCopy(OLD, NEW, before))).toMatchObject({ missing: 0, foreign: [] });
    expect(await writer.list(BUCKET, `${OLD.prefix}/`)).toEqual(before);
    expect(await writer.list(BUCKET, `${aside.prefix}/`)).toHaveLength(8);
    expect(verifyArchive(await readArchive(writer, NEW))).toMatchObject({ verdict: "restorable" });
    await settle(running.minio, "after-the-swap");
    // The tool's temporary key is another one than that of the administrator, who seeded the archive.
    const { requests, credentials } = running.minio;
    const own = requests.all.filter(({ accessKey }) => accessKey !== credentials.accessKeyId);
    expect(own.some(({ api }) => api === "CopyObject")).toBe(true);
    const writes = requests.writesBelow(OLD.prefix).filter(({ accessKey }) => accessKey !== credentials.accessKeyId);
    expect(writes).toEqual([]);
  });

  it("is protected by the server too, were the guard not there", async () => {
    const [object] = await store.reader().list(BUCKET, `${OLD.prefix}/`);
    const careless = storeOf().writer({ source: { bucket: BUCKET, prefix: "somewhere/else" }, into: [OLD] });
    const at = { bucket: BUCKET, key: object?.key ?? "" };
    await expect(careless.remove(at)).rejects.toMatchObject({ code: "access-denied", effect: "none" });
    const copy = careless.copy(at, { ...at, key: `${at.key}2` }, { ifMatch: object?.etag ?? "" });
    await expect(copy).rejects.toMatchObject({ code: "access-denied", effect: "none" });
  });

  it("shows a wrong key and a wrong secret as refusals, without the secret", async () => {
    const secret = "canary-secret-0123456789";
    for (const keyId of [running.minio.credentials.accessKeyId, "NOBODY1234"]) {
      const wrong = storeWith(running.minio.endpoint, { accessKeyId: keyId, secretAccessKey: secret });
      const error: unknown = await wrong
        .reader()
        .list(BUCKET, "backups/")
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "access-denied", effect: "none" });
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(secret);
    }
  });

  it("refuses keys with path parts that go up, as the guard expects", async () => {
    const up = seed(running.minio, "a/../b", "x");
    await expect(up).rejects.toThrow();
  });
});

describe("what MinIO keeps of what is deleted", () => {
  it("is told of buckets with versions, and with a lock", async () => {
    const { minio, stop } = await start("127.0.0.37");
    onTestFinished(stop);
    const store = storeWith(minio.endpoint, minio.credentials);
    await minio.client.send(
      new PutBucketVersioningCommand({ Bucket: minio.bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
    const versions = { versioning: "on", mfaDelete: false, lock: "none" };
    expect(await store.protection(minio.bucket)).toEqual(versions);
    await minio.client.send(
      new PutBucketVersioningCommand({ Bucket: minio.bucket, VersioningConfiguration: { Status: "Suspended" } }),
    );
    expect(await store.protection(minio.bucket)).toEqual({ ...versions, versioning: "suspended" });
    await minio.client.send(new CreateBucketCommand({ Bucket: "locked", ObjectLockEnabledForBucket: true }));
    expect(await store.protection("locked")).toEqual({ ...versions, lock: "no-default" });
    for (const [Retention, days] of [
      [{ Mode: "COMPLIANCE", Days: 7 }, 7],
      [{ Mode: "GOVERNANCE", Years: 2 }, 730],
    ] as const) {
      const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: Retention } } as const;
      await minio.client.send(new PutObjectLockConfigurationCommand({ Bucket: "locked", ObjectLockConfiguration }));
      expect(await store.protection("locked")).toEqual({ ...versions, lock: { mode: Retention.Mode, days } });
    }
  });
});
