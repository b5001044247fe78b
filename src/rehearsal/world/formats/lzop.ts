/**
 * Real lzop files for simulated content: header, blocks of 256 KiB with LZO1X data and Adler-32 of the plain bytes, zero
 * length at the end (wal-archives.md §1). Content is mostly zeros, as an idle WAL segment is, and compresses accordingly.
 */
import { createHash } from "node:crypto";

/** Bytes as they are, or that many zeros. */
export type Run = Buffer | number;

const MAGIC = Buffer.from([0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a]);
const BLOCK = 256 * 1024;
/** stdin, stdout, Adler-32 of the plain data. */
const FLAGS = 0x0300000d;
const ADLER_BASE = 65521;

export interface LzopOptions {
  /** Seconds since 1970 of the file that was packed. */
  readonly mtime: number;
  /** 0o100600 for a WAL file; 0 if a pipe was read. */
  readonly fileMode: number;
}

export function lzop(runs: readonly Run[], options: LzopOptions): Buffer {
  const parts = [header(options)];
  for (const block of blocks(runs)) parts.push(...(block[0] === BLOCK ? packedZeros() : packed(block)));
  parts.push(u32(0));
  return Buffer.concat(parts);
}

/** Size of the content before packing. */
export const plainSize = (runs: readonly Run[]): number =>
  runs.reduce<number>((sum, run) => sum + (typeof run === "number" ? run : run.length), 0);

export const md5 = (body: Buffer): string => createHash("md5").update(body).digest("hex");

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function header(options: LzopOptions): Buffer {
  const body = Buffer.alloc(25);
  body.writeUInt16BE(0x1030, 0);
  body.writeUInt16BE(0x20a0, 2);
  body.writeUInt16BE(0x0940, 4);
  body.writeUInt8(1, 6);
  body.writeUInt8(5, 7);
  body.writeUInt32BE(FLAGS, 8);
  body.writeUInt32BE(options.fileMode, 12);
  body.writeUInt32BE(options.mtime >>> 0, 16);
  body.writeUInt32BE(0, 20);
  body.writeUInt8(0, 24);
  return Buffer.concat([MAGIC, body, u32(adler([body]))]);
}

/** Cuts the runs at every 256 KiB. */
function* blocks(runs: readonly Run[]): Generator<Run[]> {
  let block: Run[] = [];
  let room = BLOCK;
  for (const run of runs) {
    let rest: Run = run;
    while (plainSize([rest]) > 0) {
      const taken: Run = typeof rest === "number" ? Math.min(rest, room) : rest.subarray(0, room);
      rest = typeof rest === "number" ? rest - plainSize([taken]) : rest.subarray(plainSize([taken]));
      block.push(taken);
      room -= plainSize([taken]);
      if (room > 0) continue;
      yield block;
      block = [];
      room = BLOCK;
    }
  }
  if (block.length > 0) yield block;
}

function packed(block: readonly Run[]): Buffer[] {
  const plain = plainSize(block);
  const small = lzo(block);
  const checksum = u32(adler(block));
  // A block that does not shrink is stored: both lengths are the same.
  const data = small.length < plain ? small : Buffer.concat(block.map(asBytes));
  return [u32(plain), u32(data.length), checksum, data];
}

let zeros: readonly Buffer[] | undefined;

/** A whole block of zeros, as most of a segment are: packed once. */
const packedZeros = (): readonly Buffer[] => (zeros ??= packed([BLOCK]));

const asBytes = (run: Run): Buffer => (typeof run === "number" ? Buffer.alloc(run) : run);

/** Adler-32; a run of zeros is one multiplication. */
function adler(runs: readonly Run[]): number {
  let a = 1;
  let b = 0;
  for (const run of runs) {
    if (typeof run === "number") {
      b = (b + run * a) % ADLER_BASE;
      continue;
    }
    for (const byte of run) {
      a = (a + byte) % ADLER_BASE;
      b = (b + a) % ADLER_BASE;
    }
  }
  return b * 65536 + a;
}

/** Shortest run of zeros that is worth a match. */
const WORTH = 16;

/** LZO1X: literals, then a match of distance 1 that repeats the last literal, a zero. */
function lzo(block: readonly Run[]): Buffer {
  const out: Buffer[] = [];
  let literals: Buffer[] = [];
  let first = true;
  for (const run of block) {
    if (typeof run !== "number" || run < WORTH) {
      literals.push(asBytes(run));
      continue;
    }
    // The match copies the bytes before it, so some zeros go out as literals; four are the least a run may have.
    const lead = Math.max(1, 4 - plainSize(literals));
    literals.push(Buffer.alloc(lead));
    out.push(literalRun(Buffer.concat(literals), first), zeroMatch(run - lead));
    literals = [];
    first = false;
  }
  const tail = Buffer.concat(literals);
  if (tail.length > 0 && tail.length < 4 && !first) return Buffer.concat(block.map(asBytes));
  if (tail.length > 0) out.push(literalRun(tail, first));
  out.push(Buffer.from([0x11, 0, 0]));
  return Buffer.concat(out);
}

function literalRun(bytes: Buffer, first: boolean): Buffer {
  if (first && bytes.length < 4) return Buffer.concat([Buffer.from([17 + bytes.length]), bytes]);
  const count = bytes.length - 3;
  return Buffer.concat([count <= 15 ? Buffer.from([count]) : extended(0, count - 15), bytes]);
}

/** Copies `length` bytes from one byte back. */
function zeroMatch(length: number): Buffer {
  const count = length - 2;
  const op = count <= 31 ? Buffer.from([0x20 | count]) : extended(0x20, count - 31);
  return Buffer.concat([op, Buffer.from([0, 0])]);
}

/** A length that does not fit: zero bytes of 255 each, then the rest (1 to 255). */
function extended(op: number, rest: number): Buffer {
  const zeros = Math.floor((rest - 1) / 255);
  return Buffer.concat([Buffer.from([op]), Buffer.alloc(zeros), Buffer.from([rest - zeros * 255])]);
}
