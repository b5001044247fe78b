import { readFileSync } from "node:fs";
import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { decompressed } from "../../../src/archive/compression/decompressed.ts";
import { formatLsn } from "../../../src/archive/names/lsn.ts";
import { pageHeader } from "../../../src/archive/wal/page-header.ts";
import { crc32c } from "../../../src/archive/wal/crc32c.ts";
import { microsecondText } from "../../../src/archive/wal/microseconds.ts";
import { RecordWalk, type Told } from "../../../src/archive/wal/record-walk.ts";

async function segment(name: string): Promise<Buffer> {
  const packed = readFileSync(new URL(`../../../fixtures/archive/wal/${name}.zst`, import.meta.url));
  async function* once(): AsyncGenerator<Uint8Array> {
    yield packed;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of decompressed(once(), "zstd")) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** "commit 2026-… at 0/…", and whether the WAL ends in it. */
function endsIn(...segments: readonly Buffer[]): { readonly ends: readonly string[]; readonly ended: boolean } {
  const reader = new RecordWalk();
  const ends: string[] = [];
  for (const bytes of segments) {
    const address = pageHeader(bytes)?.address ?? 0n;
    const told: Told = ({ kind, at }, lsn) => void ends.push(`${kind} ${microsecondText(at)} at ${formatLsn(lsn)}`);
    reader.read(bytes, address, { told });
  }
  return { ends, ended: reader.end !== undefined };
}

const times = (ends: readonly string[]): readonly string[] => ends.map((end) => end.replace(/ at .*/, ""));

describe("the ends of transactions in real WAL", () => {
  it.each([
    ["9.6", ["2026-11-22T00:52:33.939522Z", "2026-11-22T00:52:36.127599Z", "2026-11-22T00:52:38.322203Z"]],
    ["13", ["2026-11-22T00:54:29.939084Z", "2026-11-22T00:54:32.091427Z", "2026-11-22T00:54:34.195213Z"]],
  ])("of PostgreSQL %s are those that the server's log tells", async (version, expected) => {
    const names = ["00000001000000000000000F", "000000010000000000000010", "000000010000000000000011"];
    const segments = await Promise.all(names.map((name) => segment(`${version}-${name}`)));
    const { ends } = endsIn(...segments);
    expect(times(ends)).toEqual(expect.arrayContaining(expected.map((time) => `commit ${time}`)));
    expect(times(ends).at(-1)).toBe(`commit ${expected.at(-1) ?? ""}`);
  });

  it("of 15 are those of pg_waldump: prepared ones, roll-backs, and what comes behind a record over two segments", async () => {
    const { ends } = endsIn(await segment("15-000000010000000000000002"), await segment("15-000000010000000000000003"));
    expect(ends).toEqual([
      "commit 2026-11-22T01:03:34.631899Z at 0/20162F8",
      "commit 2026-11-22T01:03:34.716645Z at 0/20454B8",
      "abort 2026-11-22T01:03:34.896990Z at 0/2045528",
      "commit 2026-11-22T01:03:35.414934Z at 0/2045688",
      "abort 2026-11-22T01:03:35.434372Z at 0/20457F8",
      "abort 2026-11-22T01:03:35.440777Z at 0/20458A0",
      "commit 2026-11-22T01:03:35.445251Z at 0/2045908",
      "commit 2026-11-22T01:03:35.467794Z at 0/208F120",
      "commit 2026-11-22T01:03:35.471649Z at 0/208F980",
      "abort 2026-11-22T01:03:36.640128Z at 0/33B4948",
      "commit 2026-11-22T01:03:36.650913Z at 0/33B8BD8",
    ]);
  });

  it("are told from any segment on, also if it begins in the middle of a record", async () => {
    const { ends, ended } = endsIn(await segment("15-000000010000000000000003"));
    expect(times(ends)).toEqual(["abort 2026-11-22T01:03:36.640128Z", "commit 2026-11-22T01:03:36.650913Z"]);
    expect(ended).toBe(false);
  });

  it("go on behind a record that a crash cut off, if the page says that it is given up", () => {
    const page = (address: bigint, info: number): Buffer => {
      const bytes = Buffer.alloc(8192);
      bytes.writeUInt16LE(0xd110, 0);
      bytes.writeUInt16LE(info, 2);
      bytes.writeBigUInt64LE(address, 8);
      return bytes;
    };
    const record = (bytes: Buffer, at: number, { length, previous }: { length: number; previous: bigint }): void => {
      bytes.writeUInt32LE(length, at);
      bytes.writeBigUInt64LE(previous, at + 8);
      if (at + length > bytes.length) return;
      const header = bytes.subarray(at, at + 20);
      bytes.writeUInt32LE(crc32c(bytes.subarray(at + 24, at + length), header), at + 20);
    };
    const [first, second] = [page(0x2000000n, 2), page(0x2002000n, 8)];
    record(first, 40, { length: 24, previous: 0n });
    record(first, 64, { length: 20_000, previous: 0x2000028n });
    record(second, 24, { length: 32, previous: 0x2000028n });
    const endOf = (next: Buffer): bigint | undefined => {
      const reader = new RecordWalk();
      reader.read(Buffer.concat([first, next]), 0x2000000n);
      return reader.reached;
    };
    expect(endOf(second)).toBe(0x2002038n);
    second.writeUInt16LE(0, 2);
    expect(endOf(second)).toBe(0x2000040n);
  });

  it("are not told behind a place where the WAL is not what it should be", async () => {
    const whole = await segment("9.6-000000010000000000000011");
    const all = endsIn(whole).ends;
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(7), (at, bit) => {
        const flipped = Buffer.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        for (const end of endsIn(flipped).ends) expect(all).toContain(end);
      }),
      { numRuns: 50 },
    );
    const foreign = Buffer.alloc(whole.length, 0x5a);
    expect(endsIn(foreign)).toEqual({ ends: [], ended: true });
  });
});
