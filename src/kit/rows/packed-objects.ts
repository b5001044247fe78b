/**
 * Listed objects in some fifty bytes each. As objects and strings they take 270, and an archive can have a million of
 * them.
 */
import type { ObjectInfo } from "../../ports/object-store.ts";
import { LazyRows } from "./rows.ts";

/** An object as a store lists it. */
export interface ListedRow extends Omit<ObjectInfo, "lastModified"> {
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** An MD5 sum; of an object that came in parts, with their number. */
const USUAL_ETAG = /^[0-9a-f]{32}(?:-([1-9][0-9]{0,4}))?$/;
const ETAG_BYTES = 16;
const MOST_PARTS = 0xffff;
const MOST_SMALL = 0xffff_ffff;

/** The rows of one page, by columns. */
export class PackedObjects extends LazyRows<ObjectInfo> {
  readonly length: number;
  /** All keys begin with it. */
  readonly #prefix: string;
  /** The rest of every key, one after the other, and where each ends. */
  readonly #rests: string;
  readonly #ends: Uint32Array;
  readonly #etags: Buffer;
  readonly #parts: Uint16Array;
  /** ETags of another form. */
  readonly #otherEtags = new Map<number, string>();
  readonly #sizes: Float64Array | Uint32Array;
  readonly #times: Float64Array;
  /** The storage class of most rows, and of each other one. */
  readonly #class: string;
  readonly #otherClasses = new Map<number, string>();

  constructor(rows: readonly ListedRow[]) {
    super();
    this.length = rows.length;
    this.#prefix = commonPrefix(rows);
    const rests = rows.map(({ key }) => key.slice(this.#prefix.length));
    this.#rests = rests.join("");
    let end = 0;
    this.#ends = Uint32Array.from(rests, (rest) => (end += rest.length));
    this.#etags = Buffer.alloc(rows.length * ETAG_BYTES);
    this.#parts = new Uint16Array(rows.length);
    const sizes = rows.map(({ size }) => size);
    this.#sizes = sizes.every((size) => size <= MOST_SMALL) ? Uint32Array.from(sizes) : Float64Array.from(sizes);
    this.#times = Float64Array.from(rows, ({ time }) => time);
    this.#class = rows[0]?.storageClass ?? "";
    for (const [at, { etag, storageClass }] of rows.entries()) {
      this.#packEtag(at, etag);
      if (storageClass !== this.#class) this.#otherClasses.set(at, storageClass);
    }
  }

  #packEtag(at: number, etag: string): void {
    const match = USUAL_ETAG.exec(etag);
    const parts = Number(match?.[1] ?? 0);
    if (match === null || parts > MOST_PARTS) this.#otherEtags.set(at, etag);
    else this.#etags.write(etag.slice(0, 2 * ETAG_BYTES), at * ETAG_BYTES, "hex");
    this.#parts[at] = parts;
  }

  /** The size of all columns. A string counts by its letters. */
  get bytes(): number {
    const columns = [this.#ends, this.#etags, this.#parts, this.#sizes, this.#times];
    const bytes = columns.reduce((sum, { byteLength }) => sum + byteLength, this.#prefix.length + this.#rests.length);
    const others = [...this.#otherEtags.values(), ...this.#otherClasses.values()];
    return others.reduce((sum, text) => sum + text.length, bytes);
  }

  row(at: number): ObjectInfo {
    return this.lazy(at).toJSON();
  }

  /** The same; a field is made when it is asked for. */
  lazy(at: number): PackedObject {
    return new PackedObject(this, at);
  }

  keyOf(at: number): string {
    return this.#prefix + this.#rests.slice(this.#ends[at - 1] ?? 0, this.#ends[at]);
  }

  etagOf(at: number): string {
    const other = this.#otherEtags.get(at);
    if (other !== undefined) return other;
    const parts = this.#parts[at] ?? 0;
    const sum = this.#etags.toString("hex", at * ETAG_BYTES, (at + 1) * ETAG_BYTES);
    return parts === 0 ? sum : `${sum}-${parts}`;
  }

  sizeOf(at: number): number {
    return this.#sizes[at] ?? 0;
  }

  timeOf(at: number): number {
    return this.#times[at] ?? 0;
  }

  storageClassOf(at: number): string {
    return this.#otherClasses.get(at) ?? this.#class;
  }
}

function commonPrefix(rows: readonly ListedRow[]): string {
  const first = rows[0]?.key ?? "";
  let length = first.length;
  for (const { key } of rows) while (!key.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** Its fields are getters: a spread of it is empty, and `toJSON` gives a copy. */
export class PackedObject implements ObjectInfo {
  readonly #objects: PackedObjects;
  readonly #at: number;

  constructor(objects: PackedObjects, at: number) {
    this.#objects = objects;
    this.#at = at;
  }

  get key(): string {
    return this.#objects.keyOf(this.#at);
  }

  get size(): number {
    return this.#objects.sizeOf(this.#at);
  }

  get etag(): string {
    return this.#objects.etagOf(this.#at);
  }

  get time(): number {
    return this.#objects.timeOf(this.#at);
  }

  get lastModified(): string {
    return new Date(this.time).toISOString();
  }

  get storageClass(): string {
    return this.#objects.storageClassOf(this.#at);
  }

  toJSON(): ObjectInfo {
    const { key, size, etag, lastModified, storageClass } = this;
    return { key, size, etag, lastModified, storageClass };
  }
}

/** `lastModified` in milliseconds since 1970. */
export function storedAt(info: ObjectInfo): number {
  return info instanceof PackedObject ? info.time : Date.parse(info.lastModified);
}
