/** Objects of the source, unpacked as they come. The source is only read. */
import { type ErrorCode, giveUp } from "../../errors.ts";
import type { ObjectReader } from "../../ports/object-store.ts";
import { type Damage, Damaged } from "../../kit/damaged.ts";
import { decompressed } from "../compression/decompressed.ts";
import { HOLLOW, unlessHollow } from "../reading/hollow.ts";
import type { PackedFile, RestorePlan } from "./plan.ts";

interface Terms {
  readonly signal?: AbortSignal | undefined;
  readonly look: (bytes: number) => void;
}

export class SourceObjects {
  readonly #reader: ObjectReader;
  readonly #bucket: string;
  readonly #signal: AbortSignal | undefined;
  readonly #look: (bytes: number) => void;

  constructor(reader: ObjectReader, { location }: Pick<RestorePlan, "location">, { signal, look }: Terms) {
    this.#reader = reader;
    this.#bucket = location.bucket;
    this.#signal = signal;
    this.#look = look;
  }

  /** Each piece is good only until the next is asked for. Errors: those of the store, and Damaged. */
  async *content({ info, packing }: PackedFile): AsyncGenerator<Uint8Array, void, void> {
    if (packing === "lzma") throw new Damaged("unknown-packing", "it is packed by lzma, which is not unpacked here");
    yield* decompressed(this.#bytes(info), packing, { lends: true });
  }

  async *#bytes(info: PackedFile["info"]): AsyncGenerator<Uint8Array, void, void> {
    const open = () =>
      this.#reader.stream({ bucket: this.#bucket, key: info.key }, { ifMatch: info.etag, size: info.size });
    const pieces = await unlessHollow(this.#reader, { bucket: this.#bucket, info }, open);
    if (pieces === "hollow") throw new Damaged("cut", HOLLOW);
    for await (const piece of pieces) {
      this.#signal?.throwIfAborted();
      this.#look(piece.length);
      yield piece;
    }
  }
}

/** A damaged object by its name; anything else as it is. */
export function explained(error: unknown, { info }: Pick<PackedFile, "info">): unknown {
  if (!(error instanceof Damaged)) return error;
  const [code, remedy] =
    ANSWERS[error.damage] ?? (["not-restorable", "Restore from another copy of the archive."] as const);
  return giveUp(code, `"${info.key}" cannot be used: ${error.message}`).at(info.key).advise(remedy, error);
}

const ANSWERS: Readonly<Partial<Record<Damage, readonly [code: ErrorCode, remedy: string]>>> = {
  encrypted: [
    "key-unusable",
    "Give the file with its private key (that of WALE_GPG_KEY_ID), as gpg --export-secret-keys writes it: --gpg-key FILE.",
  ],
  "unknown-packing": ["answer-malformed", "Restore with WAL-G, or pack the object by gzip in a copy of the archive."],
};
