/**
 * Packed files within a tar archive of logs, such as the rotated files in an archive of `bosh logs`. The search sees no line
 * of them. Headers and first bytes tell (ustar of POSIX.1-1988).
 */
import { quoted } from "../../../kit/text/printable.ts";
import { packingOf } from "./packing.ts";

const RECORD = 512;
/** So many are named. */
const NAMED = 3;

/** `head`: the first bytes of a file, unpacked. */
export const isTar = (head: Uint8Array): boolean => head.length >= RECORD && headerIn(head) !== undefined;

/** Why not all that the archive holds was searched; undefined if it was. `bytes`: all of it, from its beginning. */
export async function whyUnsearched(bytes: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const walk = new Walk();
  for await (const piece of bytes) walk.take(piece);
  const { packed, isWhole } = walk;
  if (packed.length > 0) {
    const more = packed.length > NAMED ? ` and ${packed.length - NAMED} more` : "";
    const names = packed.slice(0, NAMED).map(quoted).join(", ");
    return `what it holds packed once more was not searched: ${names}${more}; unpack it, and name its files`;
  }
  return isWhole ? undefined : "is a tar archive that is cut or damaged: unpack it, and name its files";
}

interface Header {
  readonly name: string;
  readonly size: number;
}

class Walk {
  readonly packed: string[] = [];
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes that belong to the last member still. */
  #skip = 0;
  #isBroken = false;

  get isWhole(): boolean {
    return !this.#isBroken && this.#skip === 0 && this.#pending.length === 0;
  }

  take(piece: Uint8Array): void {
    if (this.#isBroken) return;
    const passed = Math.min(this.#skip, piece.length);
    this.#skip -= passed;
    this.#pending = Buffer.concat([this.#pending, piece.subarray(passed)]);
    while (this.#pending.length >= RECORD && this.#next()) continue;
  }

  /** False if more bytes are needed, or nothing more can be told. */
  #next(): boolean {
    if (this.#pending.subarray(0, RECORD).every((byte) => byte === 0)) return this.#passOver(RECORD);
    const header = headerIn(this.#pending);
    if (header === undefined) {
      this.#isBroken = true;
      return false;
    }
    const begins = this.#pending.subarray(RECORD, RECORD + Math.min(header.size, RECORD));
    if (begins.length < Math.min(header.size, RECORD)) return false;
    // A header has the first hundred bytes of a name: enough to find the file by.
    if (packingOf(begins) !== "plain") this.packed.push(header.name);
    return this.#passOver(RECORD + Math.ceil(header.size / RECORD) * RECORD);
  }

  #passOver(bytes: number): boolean {
    this.#skip = Math.max(0, bytes - this.#pending.length);
    this.#pending = this.#pending.subarray(Math.min(bytes, this.#pending.length));
    return this.#skip === 0;
  }
}

/** Undefined if the record is no header: its sum tells. */
function headerIn(bytes: Uint8Array): Header | undefined {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, RECORD);
  const sum = record.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  // A link, a device or a directory has no content, even if its header names a size.
  const size = /[1-6]/u.test(record.toString("latin1", 156, 157)) ? 0 : octal(record, 124, 12);
  if (octal(record, 148, 8) !== sum || size === undefined) return undefined;
  return { name: textIn(record, 0, 100), size };
}

function octal(record: Buffer, at: number, length: number): number | undefined {
  const digits = /^[ \0]*([0-7]+)[ \0]*$/u.exec(record.toString("latin1", at, at + length))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

const textIn = (record: Buffer, at: number, length: number): string =>
  record.toString("utf8", at, at + length).replace(/\0.*$/su, "");
