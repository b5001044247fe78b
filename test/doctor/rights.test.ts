/** Whether the keys that write could change archives, as `doctor` says it: by policies, and never by trying. */
import { describe, expect, it } from "vitest";
import { Looks } from "../../src/doctor/looks.js";
import { examineStore } from "../../src/doctor/store.js";
import type { SimulatedRight, SimulatedRights } from "../../src/ports/object-store.js";
import { MemoryObjectStore } from "../fakes/memory-object-store.js";

const BUCKET = "our-backups";
const ACTIONS = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"];

function storeWith(decision?: SimulatedRight["decision"]): MemoryObjectStore {
  const store = new MemoryObjectStore();
  store.seed(BUCKET, "backups/guid/wal/wal_005/1", "x");
  store.readingKey = "READER";
  if (decision !== undefined) store.simulation = simulated(decision);
  return store;
}

const simulated = (decision: SimulatedRight["decision"]): SimulatedRights => ({
  who: "arn:aws:iam::123456789012:user/recovery",
  ownBucket: true,
  rights: ACTIONS.map((action) => ({ action, decision, missing: [] })),
});

async function checksOf(
  store: MemoryObjectStore,
  options: { readonly isOne?: boolean; readonly areApart?: boolean } = {},
) {
  const looks = new Looks({ means: undefined });
  const { isOne = true, areApart = true } = options;
  await examineStore(looks, {
    ...{ store, bucket: BUCKET, isOne, areApart, lease: undefined },
    prefix: isOne ? "backups/guid/wal" : "backups/",
    now: () => new Date(store.nowMs),
    rehearsal: true,
  });
  expect(store.changes).toEqual([]);
  const of = (id: string) => looks.checks.find((check) => check.id === id);
  return { write: of("s3.write"), source: of("s3.source") };
}

describe("whether the keys that write could change archives", () => {
  it("is no where their own policies and the bucket's allow nothing of it", async () => {
    const { write, source } = await checksOf(storeWith("implicit-deny"));
    expect(write).toMatchObject({ state: "ok", text: expect.stringContaining("cannot change") as string });
    expect(source).toMatchObject({
      state: "ok",
      text: "archives are read with key READER; key MEMORY cannot write there",
    });
  });

  it("is a warning where they may, of one archive that other keys read", async () => {
    const { write, source } = await checksOf(storeWith("allowed"));
    expect(write).toMatchObject({ state: "warning", mend: expect.stringContaining("Deny s3:DeleteObject") as string });
    expect(write?.text).toContain("s3:PutObject");
    expect(source?.text).toContain("could write there too");
  });

  it("is worth a note among all archives, where new ones have to be written", async () => {
    expect((await checksOf(storeWith("allowed"), { isOne: false })).write?.state).toBe("note");
  });

  it("names s3.source where the same keys read and write", async () => {
    const { write, source } = await checksOf(storeWith("allowed"), { areApart: false });
    expect(write).toMatchObject({ state: "note", mend: expect.stringContaining("s3.source") as string });
    expect(source).toBeUndefined();
  });

  it("is said to be unknown where no policy tells, with whom to ask", async () => {
    const { write, source } = await checksOf(storeWith());
    expect(write).toMatchObject({ state: "note", mend: expect.stringContaining("policy of key MEMORY") as string });
    expect(write?.text).toMatch(/could not be told: .*the store is a memory.*; it is not tried$/u);
    expect(source?.text).toContain("could not be told");
  });

  it("takes a deny for everybody from the bucket's policy alone", async () => {
    const store = storeWith();
    const Resource = `arn:aws:s3:::${BUCKET}/backups/guid/wal/*`;
    store.policies.set(
      BUCKET,
      JSON.stringify({ Statement: { Effect: "Deny", Principal: "*", Action: ACTIONS, Resource } }),
    );
    expect((await checksOf(store)).write?.state).toBe("ok");
  });

  it("takes nothing from it where the store holds no keys to it", async () => {
    const store = storeWith();
    store.simulation = { why: "no IAM", bucketPolicyBindsNoKeys: true };
    const deny = { Effect: "Deny", Principal: "*", Action: ACTIONS, Resource: `arn:aws:s3:::${BUCKET}/*` };
    store.policies.set(BUCKET, JSON.stringify({ Statement: deny }));
    const { write } = await checksOf(store);
    expect(write?.state).toBe("note");
    expect(write?.text).toContain("binds no keys");
  });

  it("warns where s3.source names the keys that write", async () => {
    const store = storeWith("implicit-deny");
    store.readingKey = "MEMORY";
    expect((await checksOf(store)).source).toMatchObject({ state: "warning" });
  });
});
