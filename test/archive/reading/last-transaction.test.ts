/** When the last transaction ended that an archive brings back, in real segments (fixtures/archive/wal). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { lastTransactionIn } from "../../../src/archive/reading/last-transaction.ts";
import { decompressed } from "../../../src/archive/compression/decompressed.ts";
import { RecoverError } from "../../../src/errors.ts";
import { lzop } from "../../../src/rehearsal/world/formats/lzop.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { add, lzopLike, OLD, sampleArchive } from "../sample-archive.ts";

const LAST = "000000010000000000000011";
/** Of the log of the server that wrote them. */
const ENDED = "2026-11-22T00:52:38.322Z";

async function real(name: string): Promise<Buffer> {
  const packed = readFileSync(new URL(`../../../fixtures/archive/wal/${name}.zst`, import.meta.url));
  const pieces: Uint8Array[] = [];
  async function* once(): AsyncGenerator<Uint8Array> {
    yield packed;
  }
  for await (const piece of decompressed(once(), "zstd")) pieces.push(piece);
  return Buffer.concat(pieces);
}

const packed = (content: Buffer): Uint8Array => lzop([content], { mtime: 0, fileMode: 0 });

async function ended(store: MemoryObjectStore, last = LAST): Promise<string> {
  const reader = store.reader();
  return await lastTransactionIn(reader, await readArchive(reader, OLD), last);
}

/** Segments 0x0F to 0x11 of a real cluster. */
async function realArchive(): Promise<MemoryObjectStore> {
  const store = sampleArchive();
  for (const name of ["00000001000000000000000F", "000000010000000000000010", LAST])
    add(store, `wal_005/${name}.lzo`, packed(await real(`9.6-${name}`)));
  return store;
}

describe("the last transaction of an archive", () => {
  it("is that of its last segment, as PostgreSQL's own log tells it", async () => {
    expect(await ended(await realArchive())).toBe(ENDED);
  });

  it("is that of an earlier segment where none ends in the last", async () => {
    const store = await realArchive();
    // As PostgreSQL leaves a segment that it switched at once: nothing behind the first page's header.
    const empty = Buffer.alloc(16 * 1024 * 1024);
    (await real(`9.6-${LAST}`)).copy(empty, 0, 0, 40);
    empty.writeBigUInt64LE(0x12000000n, 8);
    add(store, "wal_005/000000010000000000000012.lzo", packed(empty));
    expect(await ended(store, "000000010000000000000012")).toBe(ENDED);
  });

  it("is not known if the segment is no WAL, is encrypted, cut, or not there", async () => {
    const store = await realArchive();
    const key = `wal_005/${LAST}.lzo`;
    expect(await ended(store, "000000010000000000000013")).toBe("");
    for (const content of [
      lzopLike("no WAL"),
      packed(Buffer.from("short")),
      packed(Buffer.alloc(17 * 1024 * 1024)),
      Buffer.from([0x85, 0x01, 0x0c, 0x03, ...Buffer.alloc(60)]),
    ]) {
      add(store, key, content);
      expect(await ended(store)).toBe("");
    }
  });

  it("is not known if the store refuses the object, and is waited for if it does not answer", async () => {
    const store = await realArchive();
    const reader = store.reader();
    const facts = await readArchive(reader, OLD);
    const failing = (code: "access-denied" | "unreachable") => ({
      ...reader,
      stream: () => Promise.reject(new RecoverError(code, "no", { remedy: "Wait." })),
    });
    expect(await lastTransactionIn(failing("access-denied"), facts, LAST)).toBe("");
    await expect(lastTransactionIn(failing("unreachable"), facts, LAST)).rejects.toMatchObject({ code: "unreachable" });
  });
});
