/**
 * Bytes as they come, taken in the amounts that a format asks for. Holds no more than was asked for and one chunk. Of a
 * source that lends its chunks, each is good only until the next is asked for: its rest is copied before.
 */
import { Damaged } from "./damaged.ts";

interface Terms {
  readonly lends?: boolean;
  readonly most?: number;
}

export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #held = 0;
  #ended = false;

  readonly #lends: boolean;
  readonly #most: number;
  #fetched = 0;

  /** Throws Damaged as soon as the source gives more than `most` bytes. */
  constructor(source: AsyncIterable<Uint8Array>, { lends = false, most = Number.POSITIVE_INFINITY }: Terms = {}) {
    this.#source = source[Symbol.asyncIterator]();
    this.#lends = lends;
    this.#most = most;
  }

  /**
   * Exactly `count` bytes; if they came in pieces, they are put together in `room`. Throws Damaged if the source ends
   * before.
   */
  async take(count: number, room?: Uint8Array): Promise<Uint8Array> {
    if (room !== undefined && this.#held < count) return await this.#gather(count, room);
    const taken = await this.peek(count);
    if (taken.length < count) throw new Damaged("cut", "it is cut");
    this.#drop(count);
    return taken;
  }

  async #gather(count: number, room: Uint8Array): Promise<Uint8Array> {
    for (let filled = 0; filled < count; ) {
      const some = await this.some(count - filled);
      if (some === undefined) throw new Damaged("cut", "it is cut");
      room.set(some, filled);
      filled += some.length;
    }
    return room.subarray(0, count);
  }

  /** Fewer than `count` bytes only at the end of the source. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#held < count && !this.#ended) await this.#fetch();
    const [first] = this.#chunks;
    if (first === undefined) return new Uint8Array(0);
    if (first.length < count && this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return (this.#chunks[0] ?? first).subarray(0, count);
  }

  /** The next bytes, at most `most`; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    const head = await this.peek(1);
    if (head.length === 0) return undefined;
    const [first] = this.#chunks;
    const taken = (first ?? head).subarray(0, most);
    this.#drop(taken.length);
    return taken;
  }

  /** All that is left, in pieces of `most` bytes at most. */
  async *pieces(most: number): AsyncGenerator<Uint8Array, void, void> {
    for (let some = await this.some(most); some !== undefined; some = await this.some(most)) yield some;
  }

  /** Passes over exactly `count` bytes. Throws Damaged if the source ends before. */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      const some = await this.some(left);
      if (some === undefined) throw new Damaged("cut", "it is cut");
      left -= some.length;
    }
  }

  /** Throws Damaged if anything is left. */
  async requireEnd(): Promise<void> {
    if ((await this.peek(1)).length > 0) throw new Damaged("trailing", "bytes follow after its end");
  }

  /** Lets go of the source, which may be a connection. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.();
    this.#ended = true;
  }

  async #fetch(): Promise<void> {
    if (this.#lends && this.#held > 0) this.#chunks = [Buffer.concat(this.#chunks)];
    const next = await this.#source.next();
    if (next.done === true) {
      this.#ended = true;
      return;
    }
    if (next.value.length === 0) return;
    this.#fetched += next.value.length;
    if (this.#fetched > this.#most) throw new Damaged("too-large", `it unpacks to more than ${this.#most} bytes`);
    this.#chunks.push(next.value);
    this.#held += next.value.length;
  }

  #drop(count: number): void {
    this.#held -= count;
    let left = count;
    while (left > 0) {
      const first = this.#chunks[0];
      if (first === undefined) return;
      if (first.length > left) {
        this.#chunks[0] = first.subarray(left);
        return;
      }
      left -= first.length;
      this.#chunks.shift();
    }
  }
}

/** All bytes of a source; undefined if it has more than `most`. Its pieces may be lent. */
export async function gathered(source: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of source) {
    size += piece.length;
    if (size > most) return undefined;
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

/** A source of one piece. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(bytes);
}
