import { fc } from "../properties.ts";
import { describe, expect, it } from "vitest";
import { SEGMENT_BYTES } from "../../src/rehearsal/world/database/database.ts";
import { lzop, md5, plainSize, type Run } from "../../src/rehearsal/world/formats/lzop.ts";
import { bytesOf, expandedSize } from "../../src/rehearsal/world/objects.ts";
import { Scene, OLD } from "./scene.ts";

const HEADER = 38;

/** A separate decoder, from the format's description: headers of blocks, and the LZO1X instructions in use. */
function unpack(file: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = HEADER;
  for (;;) {
    const plain = file.readUInt32BE(at);
    if (plain === 0) break;
    const packed = file.readUInt32BE(at + 4);
    const data = file.subarray(at + 12, at + 12 + packed);
    const block = packed === plain ? data : decompress(data);
    expect(block.length).toBe(plain);
    expect(file.readUInt32BE(at + 8)).toBe(adler32(block));
    parts.push(block);
    at += 12 + packed;
  }
  expect(at + 4).toBe(file.length);
  return Buffer.concat(parts);
}

function decompress(data: Buffer): Buffer {
  const out: number[] = [];
  let at = 0;
  const byte = (): number => data[at++] ?? 0;
  const long = (base: number): number => {
    let sum = base;
    for (;;) {
      const next = byte();
      if (next !== 0) return sum + next;
      sum += 255;
    }
  };
  const literals = (count: number): void => {
    for (let copied = 0; copied < count; copied += 1) out.push(byte());
  };
  const first = data[0] ?? 0;
  if (first > 17) {
    at = 1;
    literals(first - 17);
  }
  for (;;) {
    const op = byte();
    if (op < 16) {
      literals(op === 0 ? long(18) : op + 3);
      continue;
    }
    if (op === 0x11) return Buffer.from(out);
    const length = (op & 31) === 0 ? long(33) : (op & 31) + 2;
    const distance = ((byte() | (byte() << 8)) >> 2) + 1;
    for (let copied = 0; copied < length; copied += 1) out.push(out[out.length - distance] ?? 0);
  }
}

function adler32(bytes: Buffer): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

describe("lzop files", () => {
  it("hold what was put in, whatever it is", () => {
    const run: fc.Arbitrary<Run> = fc.oneof(
      fc.integer({ min: 0, max: 600_000 }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
        const plain = Buffer.concat(runs.map((each) => (typeof each === "number" ? Buffer.alloc(each) : each)));
        expect(unpack(lzop(runs, { mtime: 1, fileMode: 0 })).equals(plain)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it("say when the packed file was written, at the place where lzop says it", () => {
    const file = lzop([Buffer.from("x")], { mtime: 1_458_195_017, fileMode: 0o100600 });
    expect(file.subarray(0, 9).toString("hex")).toBe("894c5a4f000d0a1a0a");
    expect(file.readUInt32BE(25)).toBe(1_458_195_017);
  });
});

describe("objects of an archive", () => {
  const scene = Scene.deleted();
  const objects = scene.world.store.buckets["our-postgresql-backups"] ?? {};
  const named = (name: string) => {
    const object = objects[`backups/${OLD}/wal/${name}`];
    if (object === undefined) throw new Error(`no ${name}`);
    return object;
  };

  it("are WAL segments of 16 MiB whose first page names cluster, timeline and place", () => {
    const segment = unpack(bytesOf(named("wal_005/000000010000000000000004.lzo").meaning));
    expect(segment.length).toBe(SEGMENT_BYTES);
    expect(segment.readUInt16LE(0)).toBe(0xd087);
    expect(segment.readUInt32LE(4)).toBe(1);
    expect(segment.readBigUInt64LE(8)).toBe(4n * BigInt(SEGMENT_BYTES));
    expect(segment.readBigUInt64LE(24).toString()).toBe(scene.sysid(OLD));
    expect(segment.readUInt32LE(32)).toBe(SEGMENT_BYTES);
  });

  it("have the MD5 of their bytes as ETag and their length as size", () => {
    for (const object of Object.values(objects)) {
      const body = bytesOf(object.meaning);
      expect([object.etag, object.size]).toEqual([md5(body), body.length]);
    }
  });

  it("say in the sentinel exactly what the parts expand to", () => {
    const base = "basebackups_005/base_000000010000000000000002_00000040";
    const part = named(`${base}/tar_partitions/part_00000000.tar.lzo`).meaning;
    const sentinel = named(`${base}_backup_stop_sentinel.json`).meaning;
    if (part.is !== "base" || sentinel.is !== "text") throw new Error("other objects");
    const size = expandedSize(part);
    expect(JSON.parse(sentinel.text)).toMatchObject({ expanded_size_bytes: size });
    expect(size).toBeGreaterThan(plainSize([22 * 1024 * 1024]));
  });

  it("hold a system identifier of twenty bytes", () => {
    expect(bytesOf(named("sysids/sysid").meaning).toString()).toMatch(/^\d{19}\n$/);
  });
});
