/** Archives whose objects are OpenPGP messages, read by a reader that opens them. The messages hide nothing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { verifyArchive } from "../../../src/archive/judgement/verify.ts";
import { isCold } from "../../../src/archive/reading/cold.ts";
import { parseLocation } from "../../../src/archive/names/location.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { inClear } from "../../../src/archive/reading/in-clear.ts";
import { lookInside } from "../../../src/archive/reading/insides.ts";
import { planRestore } from "../../../src/archive/restore/plan.ts";
import { restoreArchive } from "../../../src/archive/restore/restore.ts";
import { RecoverError } from "../../../src/errors.ts";
import { BrokenMessage, type Decryption } from "../../../src/ports/decryption.ts";
import type { ObjectReader } from "../../../src/ports/object-store.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { BASE, loadSegments, packed, partKey, restorable, walKey } from "../restorable-archive.ts";
import { BUCKET, OLD } from "../sample-archive.ts";

const HEAD = [0x85, 0x01, 0x0c, 0x03, 1, 2, 3, 4];
const END = [0xe, 0xd];
const sealed = (content: Uint8Array): Buffer => Buffer.concat([Buffer.from(HEAD), content, Buffer.from(END)]);

class Opener implements Decryption {
  readonly opened: string[] = [];
  /** The refusal of each message. */
  refusal: RecoverError | undefined;

  async *clear(key: string, message: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    this.opened.push(key);
    if (this.refusal !== undefined) throw this.refusal;
    const pieces: Uint8Array[] = [];
    for await (const piece of message) pieces.push(Buffer.from(piece));
    const whole = Buffer.concat(pieces);
    const content = whole.subarray(HEAD.length, -END.length);
    for (let at = 0; at < content.length; at += 50_000) yield content.subarray(at, at + 50_000);
    if (!whole.subarray(-END.length).equals(Buffer.from(END))) throw new BrokenMessage("it is cut");
  }
}

const location = parseLocation(`s3://${BUCKET}/${OLD.prefix}`);
const HISTORY = "1\t0/F000000\tno recovery target specified\n";

/** As WAL-E leaves it: sentinels, versions and Dingo's system identifier are in clear. */
async function sealedArchive(): Promise<MemoryObjectStore> {
  const store = restorable({ segments: [15, 16, 17] });
  for (const { key } of await store.reader().list(BUCKET, `${OLD.prefix}/`)) {
    if (!key.endsWith(".lzo")) continue;
    const bytes = await store.reader().get({ bucket: BUCKET, key });
    store.seed(BUCKET, key, sealed(bytes), { lastModified: "2026-11-22T00:54:40.000Z" });
  }
  return store;
}

const change = async (store: MemoryObjectStore, relative: string, to: (bytes: Buffer) => Uint8Array): Promise<void> => {
  const key = `${OLD.prefix}/${relative}`;
  const bytes = await store.reader().get({ bucket: BUCKET, key });
  store.seed(BUCKET, key, to(Buffer.from(bytes)), { lastModified: "2026-11-22T00:54:40.000Z" });
};

let opener: Opener;
let store: MemoryObjectStore;
let place: string;
beforeAll(loadSegments);
beforeEach(async () => {
  opener = new Opener();
  store = await sealedArchive();
  place = mkdtempSync(join(tmpdir(), "in-clear-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const reader = (): ObjectReader => inClear(store.reader(), opener);
const facts = () => readArchive(reader(), location, { times: true });
const verdict = async () => verifyArchive(await facts(), { restorer: "person" });
const restored = async () => restoreArchive(reader(), planRestore(await facts()), { directory: join(place, "data") });

describe("an archive of OpenPGP messages", () => {
  it("is not told of without a key, and judged as any other with one", async () => {
    const without = verifyArchive(await readArchive(inClear(store.reader(), undefined), location, { times: true }), {
      restorer: "person",
    });
    expect(without).toMatchObject({ verdict: "unknown", encrypted: true });
    const plain = await readArchive(restorable({ segments: [15, 16, 17] }).reader(), location, { times: true });
    const { systemId, recoveryPoint, baseBackups } = verifyArchive(plain, { restorer: "person" });
    expect(await verdict()).toMatchObject({
      ...{ verdict: "restorable", encrypted: true, systemId, recoveryPoint },
      baseBackups: [{ name: BASE, usable: true }],
    });
    expect(baseBackups).toHaveLength(1);
  });

  it("opens what a verdict needs, and nothing else", async () => {
    await facts();
    expect(opener.opened.filter((key) => key.endsWith(walKey(16)))).toEqual([]);
    expect(opener.opened.some((key) => key.endsWith(walKey(17)))).toBe(true);
    expect(opener.opened.some((key) => /sentinel|extended_version|sysid/.test(key))).toBe(false);
  });

  it("reads histories in clear", async () => {
    store.seed(BUCKET, `${OLD.prefix}/wal_005/00000002.history.lzo`, sealed(packed(Buffer.from(HISTORY))));
    expect((await facts()).texts.get("wal_005/00000002.history.lzo")).toBe(HISTORY);
    await change(store, "wal_005/00000002.history.lzo", (bytes) => bytes.subarray(0, -1));
    expect((await facts()).texts.get("wal_005/00000002.history.lzo")).toBeNull();
  });

  it.each(["deep", "full"] as const)("is looked into, %s", async (depth) => {
    const seen = await facts();
    const insides = await lookInside(reader(), seen, { depth, cold: (entry) => isCold({}, entry) });
    expect([...insides.values()].filter(({ broken, hidden }) => (broken ?? hidden) !== undefined)).toEqual([]);
    await change(store, walKey(16), (bytes) => bytes.subarray(0, -1));
    const again = await lookInside(reader(), await facts(), { depth, cold: (entry) => isCold({}, entry) });
    expect(again.get(walKey(16))?.broken).toBe("its OpenPGP message is damaged: it is cut");
  });

  it("is restored", async () => {
    const { base, wal } = await restored();
    expect(base.control.version).toBe("9.6");
    expect(wal.segments.map(({ segment }) => segment.number)).toEqual([15, 16, 17]);
  });

  it("with a damaged message counts it as damaged, and never as absent or encrypted", async () => {
    await change(store, walKey(17), (bytes) => bytes.subarray(0, -1));
    const { wal } = await restored();
    expect(wal.broken?.why).toBe("its OpenPGP message is damaged: it is cut");
    expect(wal.segments).toHaveLength(2);
    await change(store, partKey(1), (bytes) => bytes.subarray(0, -1));
    rmSync(join(place, "data"), { recursive: true });
    await expect(restored()).rejects.toMatchObject({
      code: "not-restorable",
      message: expect.stringMatching(/part_00000001.*cannot be used: its OpenPGP message is damaged/) as string,
    });
  });

  it("whose first part is no whole message is one without a base backup", async () => {
    await change(store, partKey(0), (bytes) => bytes.subarray(0, HEAD.length + 1));
    expect(await verdict()).toMatchObject({ verdict: "not-restorable", encrypted: true });
  });

  it("that the key does not open says nothing of the archive", async () => {
    opener.refusal = new RecoverError("key-unusable", "another key", { remedy: "Give it." });
    await expect(facts()).rejects.toBe(opener.refusal);
  });

  it("with one object in clear is read as well", async () => {
    await change(store, walKey(16), (bytes) => bytes.subarray(HEAD.length, -END.length));
    expect((await restored()).wal.segments).toHaveLength(3);
    expect(opener.opened.some((key) => key.endsWith(walKey(16)))).toBe(false);
  });
});
