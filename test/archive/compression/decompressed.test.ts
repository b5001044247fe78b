import { Readable } from "node:stream";
import { brotliCompressSync, constants, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { fc, inputs } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { decompressed, firstBytes, type Compression } from "../../../src/archive/compression/decompressed.ts";
import { xxh32 } from "../../../src/archive/compression/xxh32.ts";
import { Damaged } from "../../../src/kit/damaged.ts";
import { lzop } from "../../../src/rehearsal/world/formats/lzop.ts";
import { PACKED_SAMPLES, packedSample, sampleContent } from "./packed-sample.ts";

const CONTENT = sampleContent();
/** The largest piece that any format gives at once: a block of lz4. */
const LARGEST_PIECE = 4 * 1024 * 1024;

async function* inPieces(bytes: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpack(source: AsyncIterable<Uint8Array>, compression: Compression): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of decompressed(source, compression)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function outcome(bytes: Uint8Array, compression: Compression): Promise<Buffer | Damaged> {
  try {
    return await unpack(inPieces(bytes), compression);
  } catch (error) {
    if (error instanceof Damaged) return error;
    throw error;
  }
}

const isContent = (result: Buffer | Damaged): boolean => Buffer.isBuffer(result) && result.equals(CONTENT);

describe.each(PACKED_SAMPLES)("$file of the real program", (sample) => {
  const { compression } = sample;
  const packed = packedSample(sample);

  it("is unpacked, in whatever pieces it comes", async () => {
    expect(isContent(await outcome(packed, compression))).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: packed.length }), async (size) => {
        expect((await unpack(inPieces(packed, size), compression)).equals(CONTENT)).toBe(true);
      }),
      { numRuns: inputs(5), examples: [[1]] },
    );
  });

  it("is the same if the pieces are lent", async () => {
    const pieces: Buffer[] = [];
    for await (const piece of decompressed(inPieces(packed, 4096), compression, { lends: true }))
      pieces.push(Buffer.from(piece));
    expect(Buffer.concat(pieces).equals(CONTENT)).toBe(true);
  });

  it("is refused when it is cut anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), async (length) => {
        expect(await outcome(packed.subarray(0, length), compression)).toBeInstanceOf(Damaged);
      }),
      { examples: [[0], [1], [4], [20], [packed.length - 1], [packed.length - 4]], numRuns: inputs(15) },
    );
  });

  it("is refused when bytes follow, zeros too", async () => {
    for (const more of [Buffer.alloc(1), Buffer.alloc(600), Buffer.from("more"), Buffer.alloc(20_000, 7)]) {
      expect(await outcome(Buffer.concat([packed, more]), compression)).toMatchObject({ name: "Damaged" });
    }
  });

  it("with a flipped bit is refused, or its content is the same", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.nat(7), async (at, bit) => {
        const flipped = Buffer.from(packed);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        const result = await outcome(flipped, compression);
        // Brotli has no checksum: only the sizes inside a part or segment tell.
        if (compression !== "brotli") expect(result instanceof Damaged || isContent(result)).toBe(true);
      }),
      { numRuns: inputs(20) },
    );
  });

  it("gives its first bytes out of any beginning, or says that it needs more", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length), fc.integer({ min: 1, max: 5000 }), async (length, count) => {
        const first = await firstBytes(packed.subarray(0, length), compression, count);
        if (first !== undefined) expect(CONTENT.subarray(0, count).equals(first)).toBe(true);
        else expect(length).toBeLessThan(packed.length);
      }),
      { numRuns: inputs(20) },
    );
  });
});

describe("zstd of several frames, as parallel packers make it", () => {
  const skipped = Buffer.from("502a4d180400000061626364", "hex");
  const frames = [CONTENT.subarray(0, 1000), CONTENT.subarray(1000, 50_000), CONTENT.subarray(50_000)].map((each) =>
    zstdCompressSync(each),
  );
  const packed = Buffer.concat([skipped, ...frames, skipped]);

  it("is unpacked, in whatever pieces it comes, and so is its beginning", async () => {
    for (const size of [7, 4096, packed.length])
      expect((await unpack(inPieces(packed, size), "zstd")).equals(CONTENT)).toBe(true);
    expect(Buffer.from((await firstBytes(packed, "zstd", 2000)) ?? [])).toEqual(CONTENT.subarray(0, 2000));
  });

  it("is refused when a later frame is cut or damaged, or when no frame follows the last", async () => {
    const behindFirst = skipped.length + (frames[0]?.length ?? 0);
    expect(await outcome(packed.subarray(0, behindFirst + 20), "zstd")).toMatchObject({ damage: "cut" });
    expect(await outcome(Buffer.concat([packed, Buffer.from("junk")]), "zstd")).toMatchObject({ damage: "trailing" });
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, behindFirst + 8, behindFirst + 40);
    expect(await outcome(damaged, "zstd")).toMatchObject({ damage: "wrong" });
  });
});

describe("an object of many frames", () => {
  const header = Uint8Array.of(0x60, 0x70);
  const empty = {
    zstd: zstdCompressSync(Buffer.alloc(0)),
    lz4: Buffer.concat([
      Buffer.from([0x04, 0x22, 0x4d, 0x18, ...header, (xxh32(header) >> 8) & 0xff]),
      Buffer.alloc(4),
    ]),
  };
  const linked = Uint8Array.of(0x40, 0x70);
  const linkedFrame = Buffer.from([0x04, 0x22, 0x4d, 0x18, ...linked, (xxh32(linked) >> 8) & 0xff]);
  const skipped = Buffer.from("502a4d1800000000", "hex");
  /** From Node 26 on, zlib goes from frame to frame itself: they cost next to nothing, and nobody counts them. */
  const goesOn = zstdDecompressSync(Buffer.concat([zstdCompressSync("a"), zstdCompressSync("b")])).length === 2;
  const GIVEN_UP = {
    damage: "too-large",
    message: "it has more than 1000 frames or blocks with next to nothing in them",
  };
  /** The last frame of this many bytes is cut. */
  const BYTES = 5_000_000;

  it.each(["zstd", "lz4"] as const)("of %s with nothing in them is given up early", async (compression) => {
    const frame = empty[compression];
    expect(await outcome(Buffer.alloc(100 * frame.length, frame), compression)).toHaveLength(0);
    const isCounted = compression !== "zstd" || !goesOn;
    const [ofSkipped, ofEmpty] = isCounted ? [GIVEN_UP, GIVEN_UP] : [{ length: 0 }, { damage: "cut" }];
    expect(await outcome(Buffer.alloc(BYTES, skipped), compression)).toMatchObject(ofSkipped);
    expect(await outcome(Buffer.alloc(BYTES, frame), compression)).toMatchObject(ofEmpty);
  });

  it.skipIf(goesOn)("of zstd, each with a hundred bytes, is given up early", async () => {
    const frame = zstdCompressSync(Buffer.alloc(100));
    expect(await outcome(Buffer.alloc(500 * frame.length, frame), "zstd")).toHaveLength(50_000);
    expect(await outcome(Buffer.alloc(BYTES, frame), "zstd")).toMatchObject(GIVEN_UP);
  });

  it.each([
    ["lz4, which reach back,", "lz4", linkedFrame, Buffer.from([1, 0, 0, 0x80, 0x61])],
    ["lz4 without a byte", "lz4", linkedFrame, Buffer.from([0, 0, 0, 0x80])],
    // One stored byte, with its Adler-32.
    [
      ...(["lzop", "lzo", lzop([], { mtime: 0, fileMode: 0 }).subarray(0, -4)] as const),
      Buffer.from("0000000100000001" + "00620062" + "61", "hex"),
    ],
  ] as const)("of one with many small blocks of %s as well", async (_what, compression, begins, block) => {
    const endless = Buffer.concat([begins, Buffer.alloc(BYTES, block)]);
    expect(await outcome(endless, compression)).toMatchObject(GIVEN_UP);
  });

  it("has no beginning", async () => {
    const beginning = await firstBytes(Buffer.alloc(1_000_000, empty.zstd), "zstd", 100).catch(
      (error: unknown) => error,
    );
    if (goesOn) expect(beginning).toBeUndefined();
    else expect(beginning).toMatchObject(GIVEN_UP);
  });

  it("of lz4 with 4 MiB of room each is unpacked in one room, and none reaches back into the one before", async () => {
    const framed = (...block: number[]): Buffer =>
      Buffer.from([...linkedFrame, block.length, 0, 0, 0, ...block, 0, 0, 0, 0]);
    const literals = framed(0xf0, 85, ...Array.from({ length: 100 }, () => 0x61));
    const many = await outcome(Buffer.alloc(literals.length * 20_000, literals), "lz4");
    expect(many).toHaveLength(2_000_000);
    // A match of four bytes at a distance of 100, which the frame has not.
    const reaching = framed(0x00, 100, 0, 0x10, 0x61);
    expect(await outcome(Buffer.concat([literals, reaching]), "lz4")).toMatchObject({ damage: "wrong" });
  });
});

describe("the first 128 bytes of a segment", () => {
  it.each(PACKED_SAMPLES.filter(({ compression }) => compression === "lzo" || compression === "lz4"))(
    "in $file hold the 40 bytes of its page header",
    async (sample) => {
      const head = packedSample(sample).subarray(0, 128);
      expect(Buffer.from((await firstBytes(head, sample.compression, 40)) ?? [])).toEqual(CONTENT.subarray(0, 40));
    },
  );

  it("that are no file of their compression are refused, and encrypted ones are called so", async () => {
    const noise = Buffer.alloc(128, 0x41);
    for (const { compression } of PACKED_SAMPLES)
      await expect(firstBytes(noise, compression, 40)).rejects.toMatchObject({ damage: "wrong" });
    const encrypted = Buffer.concat([Uint8Array.of(0x84, 0x8c, 0x03), noise]);
    await expect(firstBytes(encrypted, "lzo", 40)).rejects.toMatchObject({ damage: "encrypted" });
  });
});

describe("a file that is encrypted with OpenPGP", () => {
  it.each(["lzo", "lz4", "zstd", "gzip", "brotli"] as const)(
    "under the name of %s is called so",
    async (compression) => {
      for (const head of [
        [0x84, 0x8c, 0x03],
        [0xc1, 0xc0, 0x4c, 0x03],
      ]) {
        const message = Buffer.concat([Buffer.from(head), Buffer.alloc(2000, 0x9b)]);
        expect(await outcome(message, compression)).toMatchObject({ damage: "encrypted" });
      }
    },
  );
});

describe("a file that unpacks to far more than it is", () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024);
  it.each([
    ["gzip", (): Buffer => gzipSync(zeros)],
    ["zstd", (): Buffer => zstdCompressSync(zeros)],
    // Packed as hard as brotli can, it would take seconds and be no smaller a bomb.
    ["brotli", (): Buffer => brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })],
    ["lzo", (): Buffer => lzop([zeros.length], { mtime: 0, fileMode: 0 })],
  ] as const)("of %s comes in small pieces, and the reader can stop", async (compression, pack) => {
    let total = 0;
    let largest = 0;
    for await (const piece of decompressed(inPieces(pack()), compression)) {
      largest = Math.max(largest, piece.length);
      total += piece.length;
      if (total >= zeros.length / 2) break;
    }
    expect(largest).toBeLessThanOrEqual(LARGEST_PIECE);
    expect(total).toBeLessThan(zeros.length);
  });

  it("is refused if a size in it is hostile", async () => {
    const block = lzop([100_000], { mtime: 0, fileMode: 0 });
    block.writeUInt32BE(0x7fff_ffff, 38);
    expect(await outcome(block, "lzo")).toMatchObject({ damage: "too-large" });
    // A window of a terabyte and more.
    const window = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 1, 0, 0]);
    expect(await outcome(window, "zstd")).toMatchObject({ damage: "wrong" });
  });
});

describe("the source of a packed file", () => {
  it.each(PACKED_SAMPLES)("of $file is let go when the reader stops, and its error comes through", async (sample) => {
    let closed = false;
    async function* source(error?: Error): AsyncGenerator<Uint8Array> {
      try {
        yield packedSample(sample).subarray(0, 20_000);
        if (error !== undefined) throw error;
        yield packedSample(sample).subarray(20_000);
      } finally {
        closed = true;
      }
    }
    for await (const _piece of decompressed(source(), sample.compression)) break;
    expect(closed).toBe(true);
    const failure = new Error("the connection broke");
    await expect(unpack(source(failure), sample.compression)).rejects.toBe(failure);
  });

  it("may be a stream of Node", async () => {
    const [sample] = PACKED_SAMPLES;
    if (sample === undefined) throw new Error("no sample");
    const stream = Readable.from([packedSample(sample)]);
    expect((await unpack(stream, sample.compression)).equals(CONTENT)).toBe(true);
  });
});
