/** A reader that counts its requests: the cost of a look into an archive is part of its answer. */
import type { ObjectInfo, ObjectReader } from "../../ports/object-store.ts";

export interface Cost {
  /** Calls to the store; a listing counts one for each thousand keys. */
  readonly requests: number;
  /** Of objects, as they came; listings are not counted. */
  readonly bytes: number;
}

const KEYS_PER_PAGE = 1000;

export class CountedReader implements ObjectReader {
  readonly #reader: ObjectReader;
  #requests = 0;
  #bytes = 0;

  constructor(reader: ObjectReader) {
    this.#reader = reader;
  }

  get rangesAreCheap(): boolean | undefined {
    return this.#reader.rangesAreCheap;
  }

  get cost(): Cost {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  readonly list: ObjectReader["list"] = async (...asked) => {
    this.#requests += 1;
    const objects = await this.#reader.list(...asked);
    this.#requests += Math.max(0, Math.ceil(objects.length / KEYS_PER_PAGE) - 1);
    return objects;
  };

  readonly get: ObjectReader["get"] = async (...asked) => {
    this.#requests += 1;
    const bytes = await this.#reader.get(...asked);
    this.#bytes += bytes.length;
    return bytes;
  };

  readonly stream: ObjectReader["stream"] = async (...asked) => {
    this.#requests += 1;
    return this.#counted(await this.#reader.stream(...asked));
  };

  readonly head = (...asked: Parameters<ObjectReader["head"]>): Promise<ObjectInfo | undefined> => {
    this.#requests += 1;
    return this.#reader.head(...asked);
  };

  readonly lifecycle: ObjectReader["lifecycle"] = (bucket) => {
    this.#requests += 1;
    return this.#reader.lifecycle(bucket);
  };

  async *#counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of pieces) {
      this.#bytes += piece.length;
      yield piece;
    }
  }
}
