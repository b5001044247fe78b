/**
 * The frame format of LZ4 (lz4_Frame_format.md 1.6.4), as WAL-G's library and the `lz4` program write it: several frames may
 * follow one another, and skippable ones may stand between them.
 */
import { FrameCount } from "../../kit/frame-count.ts";
import type { ByteQueue } from "../../kit/byte-queue.ts";
import { Damaged } from "../../kit/damaged.ts";
import { Xxh32, xxh32 } from "./xxh32.ts";
import { copyOver, copyWithin } from "./copying.ts";
import type { Unpacked } from "./lzo1x.ts";

const MAGIC = 0x184d2204;
const SKIPPABLE = 0x184d2a50;
/** By the code of the header: 64 KiB to 4 MiB. */
const BLOCK_SIZES = [undefined, undefined, undefined, undefined, 1 << 16, 1 << 18, 1 << 20, 1 << 22] as const;
/** How far a match may reach back. */
const HISTORY = 1 << 16;
const STORED = 0x8000_0000;
/** A frame's header is no longer: magic, two bytes of flags, a size, a dictionary, a checksum. */
const LONGEST_HEADER = 19;

interface Frame {
  readonly headerBytes: number;
  readonly largestBlock: number;
  readonly linked: boolean;
  readonly blockSums: boolean;
  readonly contentSum: boolean;
  readonly contentBytes: number | undefined;
}

/** With `lends`, each block is good only until the next is asked for. */
export async function* lz4Blocks(packed: ByteQueue, lends: boolean): AsyncGenerator<Uint8Array, void, void> {
  let head = await packed.peek(LONGEST_HEADER);
  if (head.length === 0) throw new Damaged("cut", "it is empty");
  const [frames, blocks, room] = [new FrameCount(), new FrameCount(), new Room()];
  for (; head.length > 0; head = await packed.peek(LONGEST_HEADER)) {
    frames.begin();
    if (isSkippable(head)) await packed.skip(8 + little(head.subarray(4, 8)));
    else
      for await (const block of frameBlocks(packed, frameOf(head), { room, lends })) {
        frames.holds(block.length);
        blocks.begin();
        blocks.holds(block.length);
        yield block;
      }
  }
}

function isSkippable(head: Uint8Array): boolean {
  return head.length >= 8 && (little(head.subarray(0, 4)) & ~0xf) === SKIPPABLE;
}

function frameOf(head: Uint8Array): Frame {
  if (head.length < 7) throw new Damaged("cut", "it is cut in its first bytes");
  if (little(head.subarray(0, 4)) !== MAGIC) throw new Damaged("wrong", "it does not begin like an lz4 frame");
  const [flags = 0, block = 0] = head.subarray(4, 6);
  const largestBlock = (block & 0x8f) === 0 ? BLOCK_SIZES[block >> 4] : undefined;
  if (flags >> 6 !== 1 || (flags & 2) !== 0 || largestBlock === undefined)
    throw new Damaged("wrong", "its lz4 frame is of another version");
  if ((flags & 1) !== 0) throw new Damaged("wrong", "its lz4 frame needs a dictionary");
  const sized = (flags & 8) !== 0;
  const headerBytes = sized ? 15 : 7;
  if (head.length < headerBytes) throw new Damaged("cut", "it is cut in its first bytes");
  if (((xxh32(head.subarray(4, headerBytes - 1)) >> 8) & 0xff) !== head[headerBytes - 1])
    throw new Damaged("wrong", "its header does not match its checksum");
  return {
    headerBytes,
    largestBlock,
    linked: (flags & 0x20) === 0,
    blockSums: (flags & 0x10) !== 0,
    contentSum: (flags & 4) !== 0,
    contentBytes: sized ? little(head.subarray(6, 14)) : undefined,
  };
}

async function* frameBlocks(
  packed: ByteQueue,
  frame: Frame,
  { room, lends }: { readonly room: Room; readonly lends: boolean },
): AsyncGenerator<Uint8Array, void, void> {
  await packed.take(frame.headerBytes);
  const sum = new Xxh32();
  room.begin(frame);
  let total = 0;
  for (;;) {
    const size = little(await packed.take(4));
    if (size === 0) break;
    const data = await blockData(packed, size, frame);
    const content = size >= STORED ? room.stored(data) : room.unpacked(data);
    total += content.length;
    if (frame.contentSum) sum.update(content);
    yield lends ? content : Buffer.from(content);
    room.settle(content.length);
  }
  if (frame.contentSum && little(await packed.take(4)) !== sum.digest())
    throw new Damaged("wrong", "its content does not match its checksum");
  if (frame.contentBytes !== undefined && frame.contentBytes !== total)
    throw new Damaged("wrong", "its content does not have the size that its header says");
}

/**
 * The place in which the blocks of all frames are unpacked, one after the other: the bytes that the next block may reach back
 * to lie right before it.
 */
class Room {
  #all: Uint8Array = new Uint8Array(0);
  #bytes = this.#all;
  #linked = false;
  #history = 0;

  /** A frame follows: it reaches into none before it. */
  begin({ largestBlock, linked }: Frame): void {
    const size = HISTORY + largestBlock;
    if (this.#all.length < size) this.#all = Buffer.allocUnsafeSlow(size);
    this.#bytes = this.#all.subarray(0, size);
    this.#linked = linked;
    this.#history = 0;
  }

  stored(data: Uint8Array): Uint8Array {
    this.#bytes.set(data, HISTORY);
    return this.#bytes.subarray(HISTORY, HISTORY + data.length);
  }

  unpacked(data: Uint8Array): Uint8Array {
    const target = this.#bytes.subarray(HISTORY - this.#history);
    const { ended, written } = unpackLz4Block(data, target, this.#history);
    if (ended !== "whole") throw new Damaged("wrong", "a block does not unpack");
    return this.#bytes.subarray(HISTORY, HISTORY + written);
  }

  /** The block of this size is done with. */
  settle(size: number): void {
    if (!this.#linked) return;
    this.#history = Math.min(HISTORY, this.#history + size);
    const end = HISTORY + size;
    this.#bytes.copyWithin(HISTORY - this.#history, end - this.#history, end);
  }
}

async function blockData(packed: ByteQueue, size: number, frame: Frame): Promise<Uint8Array> {
  const bytes = size % STORED;
  if (bytes > frame.largestBlock) throw new Damaged("too-large", "a block is larger than its frame allows");
  const body = await packed.take(bytes + (frame.blockSums ? 4 : 0));
  const data = body.subarray(0, bytes);
  if (frame.blockSums && little(body.subarray(bytes)) !== xxh32(data))
    throw new Damaged("wrong", "a block does not match its checksum");
  return data;
}

/** As many of the first bytes as the first block holds of them that is at hand. */
export function lz4FirstBytes(head: Uint8Array, most: number): Uint8Array {
  const frame = frameOf(head);
  const rest = head.subarray(frame.headerBytes);
  if (rest.length < 4) return new Uint8Array(0);
  const size = little(rest.subarray(0, 4));
  if (size === 0) return new Uint8Array(0);
  const data = rest.subarray(4, 4 + (size % STORED));
  if (size >= STORED) return data;
  const target = new Uint8Array(Math.min(most, frame.largestBlock));
  const { ended, written } = unpackLz4Block(data, target, 0);
  if (ended === "wrong") throw new Damaged("wrong", "its first block does not unpack");
  return target.subarray(0, written);
}

const little = (bytes: Uint8Array): number => bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);

/**
 * Writes from `from` on; the bytes before it in the target are the history that matches may reach into. `whole`: the
 * source ends where a block may end.
 */
function unpackLz4Block(source: Uint8Array, target: Uint8Array, from: number): Unpacked {
  const end = source.length;
  const room = target.length;
  let at = 0;
  let out = from;
  while (at < end) {
    const token = source[at] ?? 0;
    at += 1;
    let literals = token >> 4;
    if (literals === 15) {
      const last = afterOnes(source, at);
      literals += 255 * (last - at) + (source[last] ?? 0);
      at = last + 1;
    }
    const taken = Math.max(0, Math.min(literals, end - at, room - out));
    copyOver(source, { at, target, out, count: taken });
    at += taken;
    out += taken;
    if (taken < literals) return { ended: out === room ? "full" : "cut", written: out - from, read: Math.min(at, end) };
    if (at === end) return { ended: "whole", written: out - from, read: at };
    if (at + 2 > end) return { ended: "cut", written: out - from, read: end };
    const distance = (source[at] ?? 0) | ((source[at + 1] ?? 0) << 8);
    at += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      const last = afterOnes(source, at);
      if (last >= end) return { ended: "cut", written: out - from, read: end };
      length += 255 * (last - at) + (source[last] ?? 0);
      at = last + 1;
    }
    if (distance === 0 || distance > out) return { ended: "wrong", written: out - from, read: at };
    const count = Math.min(length, room - out);
    copyWithin(target, { out, distance, count });
    out += count;
    if (count < length) return { ended: "full", written: out - from, read: at };
  }
  // A block ends with literals, so one that ends behind a match is not whole.
  return { ended: "cut", written: out - from, read: at };
}

/** Where the run of bytes of 255 ends that begins at `at`. */
function afterOnes(source: Uint8Array, at: number): number {
  let next = at;
  while (next < source.length && source[next] === 255) next += 1;
  return next;
}
