/**
 * Zstandard by Node's decoder, which ends with the first frame: parallel packers make many, and begin with one that is
 * skipped. A frame's checksum is checked; a window above 128 MiB is refused.
 */
import { FrameCount } from "./frame-count.ts";
import { constants, createZstdDecompress, zstdDecompressSync } from "node:zlib";

const OUTPUT_CHUNK = 256 * 1024;
/** Node makes a decoder for each frame, which takes a third of a millisecond. */
const LEAST = 1024;

/** Bytes follow the last frame, and begin no other. */
export class AfterLastFrame extends Error {
  override readonly message = "what follows is no zstd data";
}

/**
 * The content of every frame. Holds some chunks, however much a frame unpacks to. Throws what the source throws, `AfterLastFrame`,
 * Damaged for too many frames, and Node's errors (`Z_BUF_ERROR` for data that are cut), all behind the content that comes before.
 */
export async function* unzstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const frames = new FrameCount(LEAST);
  let frame = new Frame();
  let isBehindContent = false;
  try {
    for await (const chunk of packed)
      for (let rest = chunk; rest.length > 0; ) {
        if (frame.hasEnded) {
          frames.begin();
          frame = new Frame();
        }
        const before = frame.taken;
        for await (const content of frame.feed(rest)) {
          isBehindContent = true;
          frames.holds(content.length);
          yield content;
        }
        rest = rest.subarray(frame.taken - before);
      }
    if (!frame.hasEnded) yield* frame.end();
  } catch (thrown) {
    throw isBehindContent && codeOf(thrown) === "ZSTD_error_prefix_unknown" ? new AfterLastFrame() : thrown;
  } finally {
    frame.close();
  }
}

/** One frame, or several of which each but the last ended with what was fed. */
class Frame {
  readonly #stream = createZstdDecompress({ chunkSize: OUTPUT_CHUNK });
  #wake: () => void = () => undefined;

  constructor() {
    for (const event of ["readable", "end", "error", "close"]) this.#stream.on(event, () => this.#wake());
  }

  /** Packed bytes. */
  get taken(): number {
    return this.#stream.bytesWritten;
  }

  get hasEnded(): boolean {
    return this.#stream.readableEnded;
  }

  /** All of it, or what belongs to the frame that ends in it. */
  async *feed(packed: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    let isTaken = false;
    this.#stream.write(packed, () => {
      isTaken = true;
      this.#wake();
    });
    yield* this.#until(() => isTaken);
  }

  async *end(): AsyncGenerator<Uint8Array, void, void> {
    this.#stream.end();
    yield* this.#until(() => false);
  }

  close(): void {
    this.#stream.destroy();
  }

  async *#until(isDone: () => boolean): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const content = this.#stream.read() as Uint8Array | null;
      if (content !== null) yield content;
      else if (this.#stream.errored !== null) throw this.#stream.errored;
      else if (isDone() || this.hasEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && "code" in thrown ? thrown.code : undefined);

/** A few packed bytes can hold a gigabyte; so much of it is looked at. */
const MOST = 8 * 1024 * 1024;

/** Unpacks the first bytes of a file, up to `most` and more. Throws Node's errors if they do not begin with a frame. */
export function unzstdHead(head: Uint8Array, most: number): Uint8Array {
  const parts: Uint8Array[] = [];
  const frames = new FrameCount(LEAST);
  let length = 0;
  for (let rest = head; rest.length > 0 && length < most; ) {
    frames.begin();
    const { content, taken } = firstFrame(rest);
    frames.holds(content.length);
    parts.push(content);
    length += content.length;
    if (taken === 0) break;
    rest = rest.subarray(taken);
  }
  return Buffer.concat(parts);
}

/** Of half as much as long as it unpacks to too much. */
function firstFrame(packed: Uint8Array): { readonly content: Uint8Array; readonly taken: number } {
  try {
    const options = { finishFlush: constants.ZSTD_e_continue, maxOutputLength: MOST, info: true };
    const { buffer, engine } = zstdDecompressSync(packed, options) as unknown as Informed;
    return { content: buffer, taken: engine.bytesWritten };
  } catch (thrown) {
    if (packed.length < 2 || codeOf(thrown) !== "ERR_BUFFER_TOO_LARGE") throw thrown;
    return { ...firstFrame(packed.subarray(0, packed.length >> 1)), taken: 0 };
  }
}

/** The result of a call with `info`. */
interface Informed {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}
