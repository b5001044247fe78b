/**
 * Unpacks the bytes of a log: plain, gzip (several members too) or zstd; told apart by their first bytes, because
 * rotated files carry any name. A stream that breaks off throws `answer-incomplete`.
 */
import { once } from "node:events";
import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { RecoverError, refuse } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { ByteQueue } from "../../../kit/byte-queue.ts";
import { unzstd } from "../../../kit/unzstd.ts";
import { MAGIC_LENGTH, type Packing, packingOf } from "./packing.ts";

export interface InflateLimits {
  /** Below this many inflated bytes any ratio is fine. */
  readonly freeBytes: number;
  /** Real logs pack 10 to 60 times; deflate itself ends near 1000. */
  readonly ratio: number;
}

const LIMITS: InflateLimits = { freeBytes: 256 * 1024 * 1024, ratio: 400 };
const CHUNK = 1024 * 1024;
const OUTPUT_CHUNK = 256 * 1024;
/** Given to the decoder at once: even a bomb makes no more than 16 MiB of it before it is noticed. */
const INPUT_SLICE = 16 * 1024;

/** `source` yields the file's bytes; `path` is for the message. */
export async function* inflated(
  source: AsyncIterable<Uint8Array>,
  path: string,
  limits: InflateLimits = LIMITS,
): AsyncGenerator<Uint8Array> {
  const file = new ByteQueue(source);
  const packing = packingOf(await file.peek(MAGIC_LENGTH));
  const sizes: Sizes = { read: 0, out: 0 };
  try {
    if (packing === "plain") return yield* file.pieces(CHUNK);
    for await (const chunk of unpacked(file, { packing, path, sizes })) {
      sizes.out += chunk.length;
      refuseBomb(sizes, path, limits);
      yield chunk;
    }
  } catch (thrown) {
    throw packing === "plain" || thrown instanceof RecoverError ? thrown : brokenOff(path, packing, thrown);
  } finally {
    await file.close();
  }
}

function unpacked(
  file: ByteQueue,
  { packing, path, sizes }: { readonly packing: Packing; readonly path: string; readonly sizes: Sizes },
): AsyncIterable<Uint8Array> {
  const packed = counted(file, sizes);
  return packing === "zstd" ? unzstd(packed) : decode(packed, decoderFor(packing, path));
}

async function* counted(file: ByteQueue, sizes: Sizes): AsyncGenerator<Uint8Array> {
  for await (const slice of file.pieces(INPUT_SLICE)) {
    sizes.read += slice.length;
    yield slice;
  }
}

interface Sizes {
  read: number;
  out: number;
}

/**
 * Gives out everything that came before a break: piped, Node's decoder drops its rest when the input ends early, and
 * nothing of a small cut file would be left.
 */
async function* decode(source: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  decoder.on("data", (chunk: Uint8Array) => ready.push(chunk));
  const failed = once(decoder, "close").then(() => {
    if (decoder.errored !== null) throw decoder.errored;
  });
  // Waited for below; a break while nobody waits is no unhandled rejection.
  failed.catch(() => undefined);
  try {
    for await (const slice of source) {
      await Promise.race([written(decoder, slice), failed]);
      yield* ready.splice(0);
    }
    while (decoder.readableLength > 0 && decoder.errored === null) await once(decoder, "data");
    decoder.end();
    await failed;
    yield* ready.splice(0);
  } catch (thrown) {
    yield* ready.splice(0);
    throw thrown;
  } finally {
    decoder.destroy();
  }
}

async function written(decoder: Transform, slice: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    decoder.write(slice, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function refuseBomb({ read, out }: Sizes, path: string, limits: InflateLimits): void {
  if (out <= limits.freeBytes || out <= read * limits.ratio) return;
  throw refuse("answer-incomplete", `"${path}" inflates more than ${limits.ratio} times; the rest was not read`)
    .at(path)
    .advise("No log packs like this: look at the file before you trust it.");
}

function brokenOff(path: string, packing: Packing, cause: unknown): RecoverError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return refuse("answer-incomplete", `"${path}" breaks off: its ${packing} data are cut or damaged (${reason})`)
    .at(path)
    .advise("Fetch the file again; what comes before the break was searched.", cause);
}

/** The command that prints the text of such a file. */
const UNPACKING: Readonly<Partial<Record<Packing, string>>> = {
  xz: "xz -dc",
  bzip2: "bzip2 -dc",
  zip: "unzip -p",
  lzma: "xz -dc",
  lz4: "lz4 -dc",
  lzop: "lzop -dc",
  compress: "gzip -dc",
};

function decoderFor(packing: Packing, path: string): Transform {
  // Flushed with every write, so that nothing is held back when the file breaks off.
  if (packing === "gzip") return zlib.createGunzip({ chunkSize: OUTPUT_CHUNK, flush: zlib.constants.Z_SYNC_FLUSH });
  const { [packing]: unpack } = UNPACKING;
  const piped = unpack === undefined ? "…" : `${unpack} ${path === "-" ? "FILE" : quote([path])}`;
  const pipe = `${piped} | dingo-recover discover --logs -`;
  throw refuse("answer-incomplete", `"${path}" is packed with ${packing}, which cannot be read here: ${pipe}`)
    .at(path)
    .advise(`Unpack it, or pipe it in: ${pipe}`);
}
