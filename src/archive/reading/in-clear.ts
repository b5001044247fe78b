/** A reader that decrypts objects that are encrypted with OpenPGP; it gives all others as they are. */
import { BrokenMessage, type Decryption } from "../../ports/decryption.ts";
import type { ObjectReader, ReadRequest } from "../../ports/object-store.ts";
import { ByteQueue, gathered, once } from "../../kit/byte-queue.ts";
import { Damaged } from "../../kit/damaged.ts";
import { startsLikeOpenPgp } from "../compression/openpgp.ts";

/** The reader itself if there is no key. */
export function inClear(reader: ObjectReader, decryption: Decryption | undefined): ObjectReader {
  return decryption === undefined ? reader : new ClearReader(reader, decryption);
}

/** So many bytes tell whether it is a message. */
const HEAD = 16;
/** The most that is held whole: histories, and the `.backup` files of base backups. */
const LARGEST_WHOLE = 4 * 1024 * 1024;

/** Keys, sizes and ETags are those of the messages, and so are the bytes of a ranged read. */
class ClearReader implements ObjectReader {
  readonly opensMessages = true;
  readonly #reader: ObjectReader;
  readonly #decryption: Decryption;

  constructor(reader: ObjectReader, decryption: Decryption) {
    this.#reader = reader;
    this.#decryption = decryption;
  }

  get rangesAreCheap(): boolean | undefined {
    return this.#reader.rangesAreCheap;
  }

  readonly list: ObjectReader["list"] = (...asked) => this.#reader.list(...asked);
  readonly head: ObjectReader["head"] = (at) => this.#reader.head(at);
  readonly lifecycle: ObjectReader["lifecycle"] = (bucket) => this.#reader.lifecycle(bucket);

  /** A message that is damaged, or holds more than any object that is read whole, comes as it is: it reads like no text. */
  readonly get: ObjectReader["get"] = async (at, asked) => {
    const bytes = await this.#reader.get(at, asked);
    if (asked?.range !== undefined || !startsLikeOpenPgp(bytes)) return bytes;
    try {
      return (await gathered(this.#decryption.clear(at.key, once(bytes)), LARGEST_WHOLE)) ?? bytes;
    } catch (error) {
      if (error instanceof BrokenMessage) return bytes;
      throw error;
    }
  };

  readonly stream: ObjectReader["stream"] = async (at, asked) => {
    const pieces = await this.#reader.stream(at, asked);
    return asked?.range === undefined ? this.#opened(at.key, pieces) : pieces;
  };

  async *#opened(key: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    const queue = new ByteQueue(pieces);
    try {
      const isMessage = startsLikeOpenPgp(await queue.peek(HEAD));
      const rest = queue.pieces(PIECE);
      yield* isMessage ? this.#decryption.clear(key, rest) : rest;
    } catch (error) {
      if (!(error instanceof BrokenMessage)) throw error;
      throw new Damaged("wrong", `its OpenPGP message is damaged: ${error.message}`);
    } finally {
      await queue.close();
    }
  }
}

const PIECE = 256 * 1024;

/** The first bytes of an object's content, fewer if there are no more. They prove nothing about the bytes behind. */
export async function clearBeginning(
  reader: ObjectReader,
  at: { readonly bucket: string; readonly key: string },
  { most, ...asked }: Pick<ReadRequest, "ifMatch"> & { readonly most: number },
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of await reader.stream(at, asked)) {
    pieces.push(Buffer.from(piece));
    size += piece.length;
    if (size >= most) break;
  }
  return Buffer.concat(pieces).subarray(0, most);
}
