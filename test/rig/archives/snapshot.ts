/** A copy of an archive below a new prefix, to be damaged. The store itself does the copying. */
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress } from "node:zlib";
import { execa } from "execa";
import type { ObjectStore } from "../object-store.ts";
import type { Made } from "./made.ts";

const SENTINEL = "_backup_stop_sentinel.json";
const IN_FLIGHT = 8;

export class Snapshot {
  private readonly objects: ObjectStore;
  readonly prefix: string;
  readonly made: Made;

  private constructor(objects: ObjectStore, prefix: string, made: Made) {
    this.objects = objects;
    this.prefix = prefix;
    this.made = made;
  }

  /** Below a prefix of that name. Sentinels come last, one after the other in their age: WAL-E's LATEST goes by their dates. */
  static async take(objects: ObjectStore, made: Made, prefix: string): Promise<Snapshot> {
    const snapshot = new Snapshot(objects, prefix, made);
    const from = made.archiver.prefix;
    const all = (await objects.list(`${from}/`)).map(({ key }) => key.slice(from.length + 1));
    const copy = (relative: string): Promise<void> => objects.copy(`${from}/${relative}`, `${prefix}/${relative}`);
    const first = all.filter((relative) => !relative.endsWith(SENTINEL));
    for (let at = 0; at < first.length; at += IN_FLIGHT) await Promise.all(first.slice(at, at + IN_FLIGHT).map(copy));
    for (const base of made.bases) await copy(sentinelOf(base));
    return snapshot;
  }

  /** The archive itself. */
  static untouched(objects: ObjectStore, made: Made): Snapshot {
    return new Snapshot(objects, made.archiver.prefix, made);
  }

  async keys(matching: RegExp = /(?:)/): Promise<readonly string[]> {
    const all = await this.objects.list(`${this.prefix}/`);
    return all.map(({ key }) => key.slice(this.prefix.length + 1)).filter((relative) => matching.test(relative));
  }

  /** The one object that matches. */
  async one(matching: RegExp): Promise<string> {
    const [found, ...others] = await this.keys(matching);
    if (found === undefined || others.length > 0) throw new Error(`not one object matches ${matching.source}`);
    return found;
  }

  /** A segment's key, with any packing. */
  segment(name: string): Promise<string> {
    return this.one(new RegExp(`^wal_005/${name}\\.[a-z0-9]+$`));
  }

  /** The segment with a row's commit. */
  segmentWith(row: number): Promise<string> {
    return this.segment(this.made.chronicle.segmentWith(row));
  }

  async removeAll(matching: RegExp): Promise<void> {
    const found = await this.keys(matching);
    if (found.length === 0) throw new Error(`nothing matches ${matching.source}`);
    for (const relative of found) await this.remove(relative);
  }

  remove(relative: string): Promise<void> {
    return this.objects.remove(`${this.prefix}/${relative}`);
  }

  read(relative: string): Promise<Uint8Array> {
    return this.objects.bytes(`${this.prefix}/${relative}`);
  }

  write(relative: string, bytes: Uint8Array | string): Promise<void> {
    return this.objects.put(`${this.prefix}/${relative}`, Buffer.from(bytes));
  }

  async change(relative: string, change: (bytes: Buffer) => Uint8Array): Promise<void> {
    await this.write(relative, change(Buffer.from(await this.read(relative))));
  }

  /** Half of an object, as an interrupted transfer leaves it. */
  cut(relative: string): Promise<void> {
    return this.change(relative, (bytes) => bytes.subarray(0, bytes.length >> 1));
  }

  /**
   * One bit, the first from the middle on that matters. Some do not: a match of lz4 that lies among zeros one byte further
   * back unpacks to the same bytes, to which the checksum holds.
   */
  async flip(relative: string): Promise<void> {
    const whole = await this.read(relative);
    const told = await this.unpacked(relative).catch(() => undefined);
    for (let at = whole.length >> 1; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      const unpacked = await unpackedOf(relative, flipped).catch(() => undefined);
      if (told === undefined || unpacked === undefined || !Buffer.from(told).equals(unpacked))
        return this.write(relative, flipped);
    }
    throw new Error(`no bit of ${relative} matters`);
  }

  /** Packs an object anew under another ending, by the programs of the distribution. */
  async repack(relative: string, ending: Ending): Promise<void> {
    await this.write(
      `${relative.slice(0, relative.lastIndexOf("."))}.${ending}`,
      await this.repacked(relative, ending),
    );
  }

  async repacked(relative: string, ending: Ending): Promise<Uint8Array> {
    return PACK[ending](await this.unpacked(relative));
  }

  /** Other content under the object's name, packed as that says. */
  async replace(relative: string, content: Uint8Array): Promise<void> {
    const pack = Object.entries(PACK).find(([ending]) => relative.endsWith(`.${ending}`))?.[1];
    if (pack === undefined) throw new Error(`nothing here packs ${relative}`);
    await this.write(relative, await pack(content));
  }

  async unpacked(relative: string): Promise<Uint8Array> {
    return unpackedOf(relative, await this.read(relative));
  }
}

async function unpackedOf(relative: string, bytes: Uint8Array): Promise<Uint8Array> {
  const unpack = UNPACK[relative.slice(relative.lastIndexOf(".") + 1)];
  if (unpack === undefined) throw new Error(`nothing here unpacks ${relative}`);
  return unpack(bytes);
}

export const sentinelOf = (base: string): string => `basebackups_005/${base}${SENTINEL}`;

export type Ending = keyof typeof PACK;
type Packing = (bytes: Uint8Array) => Promise<Uint8Array>;

const PACK = {
  lzo: piped("lzop", "-c"),
  lz4: piped("lz4", "-c"),
  zst: piped("zstd", "-c"),
  br: (bytes: Uint8Array): Promise<Uint8Array> => promisify(brotliCompress)(bytes),
} as const;

const UNPACK: Readonly<Record<string, Packing>> = {
  lzo: piped("lzop", "-dc"),
  lz4: piped("lz4", "-dc"),
  br: (bytes) => promisify(brotliDecompress)(bytes),
};

function piped(program: string, option: string): Packing {
  return async (input) => (await execa(program, [option], { input, encoding: "buffer" })).stdout;
}
