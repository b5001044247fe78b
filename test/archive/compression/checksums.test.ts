import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { adler32 } from "../../../src/archive/compression/lzop.ts";
import { Xxh32, xxh32 } from "../../../src/archive/compression/xxh32.ts";
import { crc32c } from "../../../src/archive/wal/crc32c.ts";

describe("the checksums of packed files and of WAL", () => {
  /** By Python's zlib.adler32: bytes of 31 times their place, and bytes of 255. */
  it.each([
    [0, 1, 1],
    [7, 114229900, 468387578],
    [8, 171180901, 602146809],
    [9, 244384861, 752617720],
    [3799, 2709808429, 220711164],
    [3800, 113861942, 3609381371],
    [3801, 1814521182, 2720779002],
    [100_000, 1291163567, 345649196],
  ])("Adler-32 of %d bytes is zlib's", (length, ofSome, ofMost) => {
    expect(adler32(Uint8Array.from({ length }, (_none, at) => (at * 31) % 256))).toBe(ofSome);
    expect(adler32(new Uint8Array(length).fill(255))).toBe(ofMost);
  });

  it("xxHash of 32 bits is that of its specification's program, in whatever pieces the bytes come", () => {
    const sentence = Buffer.from("Nobody inspects the spammish repetition");
    expect([xxh32(Buffer.alloc(0)), xxh32(Buffer.from("a")), xxh32(sentence)]).toEqual([
      0x02cc5d05, 0x550d7456, 0xe2293b2f,
    ]);
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
        const hash = new Xxh32();
        for (const piece of pieces) hash.update(piece);
        expect(hash.digest()).toBe(xxh32(Buffer.concat(pieces)));
      }),
    );
  });

  it("CRC-32C is that of RFC 3720, also over pieces", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
    expect(crc32c(Buffer.from("1234"), Buffer.from("56789"))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  });
});
