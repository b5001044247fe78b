/** A restore of an archive whose WAL ends before its last segment does. */
import { readdirSync } from "node:fs";
import { formatLsn } from "../../../src/archive/names/lsn.ts";
import { brotliCompressSync, constants } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ALL, at, placeToRestore, text } from "./place-to-restore.ts";
import {
  BASE,
  packed,
  packedSegment,
  ofSecondWriter,
  partialUnderFullName,
  realSegment,
  restorable,
  restorableByWalg,
  segmentOf,
  walKey,
} from "../restorable-archive.ts";
import { refusal, restore } from "./restore-archive.ts";
import { add, drop, sentinelText } from "../sample-archive.ts";

placeToRestore();

describe("WAL that ends too early", () => {
  it("at a gap is restored up to it, and what lies behind is neither brought nor planned", async () => {
    await restore(restorable({ segments: [15, 17] }));
    expect(readdirSync(at("dingo-recover/wal"))).toEqual([segmentOf(15)]);
    expect(text("dingo-recover/planned")).toBe(`${segmentOf(15)}\n`);
  });

  it.each([
    ["of another cluster", () => packedSegment("13", 16)],
    ["of another place", () => packedSegment("9.6", 17)],
    ["cut", () => packedSegment("9.6", 16).subarray(0, 9000)],
    ["half a segment", () => packed(realSegment("9.6", 16).subarray(0, 8 * 1024 * 1024))],
    ["no WAL", () => packed(Buffer.alloc(16 * 1024 * 1024, 7))],
  ])("at a segment that is %s says so, and goes no further", async (_what, spoilt) => {
    const store = restorable(ALL);
    add(store, walKey(16), spoilt());
    const { wal } = await restore(store);
    expect(wal.broken?.name).toBe(segmentOf(16));
    expect(wal.segments.map(({ name }) => name)).toEqual([segmentOf(15)]);
    expect(readdirSync(at("dingo-recover/wal"))).toEqual([segmentOf(15)]);
    expect(text("dingo-recover/planned")).toBe(`${segmentOf(15)}\n`);
  });

  it("at a flipped bit in a packing that has no checksum goes no further either", async () => {
    const store = restorableByWalg();
    const flipped = realSegment("13", 16);
    flipped[120] = (flipped[120] ?? 0) ^ 1;
    drop(store, `wal_005/${segmentOf(16)}.gz`);
    add(
      store,
      `wal_005/${segmentOf(16)}.br`,
      brotliCompressSync(flipped, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
    );
    const { wal } = await restore(store);
    const why = expect.stringContaining("checksum") as string;
    expect(wal.cut).toEqual({
      name: segmentOf(16),
      at: expect.any(BigInt) as bigint,
      why,
      spoilt: true,
      unfollowed: undefined,
    });
    expect(formatLsn(wal.cut?.at ?? 0n)).toMatch(/^0\/10000/);
    expect(wal.segments.map(({ name }) => name)).toEqual([segmentOf(15), segmentOf(16)]);
  });

  it("inside a segment that others follow is restored up to there, and what lies behind is neither brought nor planned", async () => {
    const store = restorable(ALL);
    add(store, walKey(16), packed(partialUnderFullName("9.6", 16)));
    const { wal } = await restore(store);
    expect(wal.cut).toMatchObject({ name: segmentOf(16) });
    expect(formatLsn(wal.cut?.at ?? 0n)).toMatch(/^0\/10000/);
    expect(wal.broken).toBeUndefined();
    expect(readdirSync(at("dingo-recover/wal"))).toEqual([segmentOf(15), segmentOf(16)]);
    expect(text("dingo-recover/planned")).toBe(`${segmentOf(15)}\n${segmentOf(16)}\n`);
  });

  it("before a segment of a second writer is restored up to there, and that segment is not brought", async () => {
    const store = restorable(ALL);
    add(store, walKey(16), packed(ofSecondWriter(realSegment("9.6", 16))));
    const { wal } = await restore(store);
    const why = "a record does not follow the one before it";
    expect(wal.cut).toEqual({ name: segmentOf(15), at: 0x10000000n, why, spoilt: false, unfollowed: segmentOf(16) });
    expect(readdirSync(at("dingo-recover/wal"))).toEqual([segmentOf(15)]);
  });

  it("inside the last segment is the end of all, and no cut", async () => {
    const store = restorable({ segments: [15, 16] });
    add(store, walKey(16), packed(partialUnderFullName("9.6", 16)));
    const { wal } = await restore(store);
    expect(wal).toMatchObject({ cut: undefined, broken: undefined });
    expect(wal.segments).toHaveLength(2);
  });

  it("inside a segment that the base backup needs is refused, with the place", async () => {
    const store = restorable(ALL);
    const stop = sentinelText(segmentOf(16), { expanded_size_bytes: 16_481 });
    const lastModified = "2026-11-22T00:52:31.000Z";
    add(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`, stop, { lastModified });
    add(store, walKey(15), packed(partialUnderFullName("9.6", 15)), { lastModified });
    const message = expect.stringContaining(`needs the segment ${segmentOf(15)}: its records end at 0/F0000`) as string;
    expect(await refusal(store)).toMatchObject({ code: "not-restorable", message });
  });

  it("within what the base backup needs is refused", async () => {
    const store = restorable();
    add(store, walKey(15), packedSegment("13", 15));
    expect(await refusal(store)).toMatchObject({ code: "not-restorable" });
  });
});
