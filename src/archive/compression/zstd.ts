/**
 * Zstandard by the reference decoder, in WebAssembly: the Node that is asked for has none of its own. It checks what the frames
 * carry as checksum, and refuses windows above 128 MiB. Its own streaming takes no asynchronous source and looks at no
 * error, so the functions below it are called (zstd 1.5, lib/zstd.h, "Streaming decompression").
 */
import type { ByteQueue } from "./byte-queue.ts";
import { Damaged } from "./damaged.ts";

/** What the module exports; pointers and sizes are 32 bits. */
interface Zstd {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  free(pointer: number): void;
  ZSTD_createDCtx(): number;
  ZSTD_freeDCtx(context: number): number;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

const PIECE = 128 * 1024;
/** A buffer is described by three words: where it is, its size, how far it was read or written. */
const DESCRIPTION = 12;
/** ZSTD_isError: the highest 120 values. */
const FIRST_ERROR = 2 ** 32 - 120;

let opened: Promise<Zstd> | undefined;

async function open(): Promise<Zstd> {
  const { ZSTDDecoder } = await import("zstddec/stream");
  const decoder = new ZSTDDecoder();
  const keep = decoder._init.bind(decoder);
  return await new Promise<Zstd>((resolve, reject) => {
    // The only way to what the module exports.
    decoder._init = (result: { readonly instance: { readonly exports: unknown } }) => {
      keep(result);
      resolve(result.instance.exports as Zstd);
    };
    decoder.init().catch(reject);
  });
}

export async function* zstdBlocks(packed: ByteQueue): AsyncGenerator<Uint8Array, void, void> {
  opened ??= open();
  const stream = new ZstdStream(await opened);
  try {
    for (let some = await packed.some(PIECE); some !== undefined; some = await packed.some(PIECE)) {
      stream.feed(some);
      for (let content = stream.next(); content !== undefined; content = stream.next()) yield content;
    }
    if (!stream.atFrameEnd) throw new Damaged("cut", "it is cut");
  } finally {
    stream.free();
  }
}

class ZstdStream {
  readonly #zstd: Zstd;
  readonly #context: number;
  /** Two descriptions, then what goes in, then what comes out. */
  readonly #base: number;
  #hint = 1;
  #began = false;

  constructor(zstd: Zstd) {
    this.#zstd = zstd;
    this.#context = zstd.ZSTD_createDCtx();
    this.#base = zstd.malloc(2 * DESCRIPTION + 2 * PIECE);
    if (this.#context === 0 || this.#base === 0) throw new Damaged("too-large", "there is no memory to unpack it");
  }

  /** A whole frame has been read, and nothing of a next one. */
  get atFrameEnd(): boolean {
    return this.#began && this.#hint === 0;
  }

  /** `piece` is at most PIECE bytes; what was fed before must have been taken. */
  feed(piece: Uint8Array): void {
    new Uint8Array(this.#zstd.memory.buffer).set(piece, this.#input);
    this.#describe(this.#base, this.#input, piece.length);
  }

  /** A piece of the content; undefined where what was fed is used up. */
  next(): Uint8Array | undefined {
    for (;;) {
      const before = this.#words(this.#base);
      const rest = (before[1] ?? 0) - (before[2] ?? 0);
      const between = this.atFrameEnd;
      this.#describe(this.#outputDescription, this.#output, PIECE);
      if (rest === 0 && (between || !this.#began)) return undefined;
      this.#step(between);
      const written = this.#words(this.#outputDescription)[2] ?? 0;
      if (written > 0) return new Uint8Array(this.#zstd.memory.buffer).slice(this.#output, this.#output + written);
      if (rest === 0) return undefined;
    }
  }

  free(): void {
    this.#zstd.ZSTD_freeDCtx(this.#context);
    this.#zstd.free(this.#base);
  }

  #step(between: boolean): void {
    const hint = this.#zstd.ZSTD_decompressStream(this.#context, this.#outputDescription, this.#base) >>> 0;
    if (hint >= FIRST_ERROR) throw between ? new Damaged("trailing", "bytes follow after its end") : noContent();
    this.#began = true;
    this.#hint = hint;
  }

  get #outputDescription(): number {
    return this.#base + DESCRIPTION;
  }

  get #input(): number {
    return this.#base + 2 * DESCRIPTION;
  }

  get #output(): number {
    return this.#input + PIECE;
  }

  #describe(at: number, pointer: number, size: number): void {
    this.#words(at).set([pointer, size, 0]);
  }

  #words(at: number): Uint32Array {
    return new Uint32Array(this.#zstd.memory.buffer, at, 3);
  }
}

const noContent = (): Damaged => new Damaged("wrong", "it is no zstd file, or does not unpack");

/** As many of the first bytes as the blocks hold that are at hand whole. */
export async function zstdFirstBytes(head: Uint8Array, most: number): Promise<Uint8Array> {
  opened ??= open();
  const stream = new ZstdStream(await opened);
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for (let at = 0; at < head.length && total < most; at += PIECE) {
      stream.feed(head.subarray(at, at + PIECE));
      for (let content = stream.next(); content !== undefined && total < most; content = stream.next()) {
        parts.push(content);
        total += content.length;
      }
    }
    return Buffer.concat(parts);
  } finally {
    stream.free();
  }
}
