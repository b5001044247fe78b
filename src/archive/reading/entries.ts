/** The entries of an archive, made when they are asked for: their kinds take twelve bytes each. */
import { giveUp } from "../../errors.ts";
import type { ObjectInfo, Rows } from "../../ports/object-store.ts";
import { classify, type KeyKind } from "../names/layout.ts";
import { type ArchiveLocation, folderOf, formatLocation, relativeKey } from "../names/location.ts";
import { SEGMENT_BYTES } from "../names/segment.ts";
import type { ArchiveEntry } from "./archive-facts.ts";
import { PackedObjects } from "../../kit/rows/packed-objects.ts";
import { JoinedRows, LazyRows } from "../../kit/rows/rows.ts";

/** Classifies a listing of an archive. */
export function sortEntries(
  location: ArchiveLocation,
  objects: Rows<ObjectInfo>,
  segmentBytes = SEGMENT_BYTES,
): Rows<ArchiveEntry> {
  return new ListedEntries(location, new JoinedRows([objects]), segmentBytes);
}

/** The same entries, of the kind that `tell` gives them. */
export function retold(entries: Rows<ArchiveEntry>, tell: (entry: ArchiveEntry) => KeyKind): Rows<ArchiveEntry> {
  return new RetoldEntries(entries, tell);
}

class ListedEntries extends LazyRows<ArchiveEntry> {
  readonly length: number;
  readonly #objects: JoinedRows<ObjectInfo>;
  readonly #below: number;
  /** Of segments. Those that are not packed by lzop have -1 less their number. */
  readonly #numbers: Float64Array;
  readonly #timelines: Uint32Array;
  /** Every other one. */
  readonly #others = new Map<number, KeyKind>();

  constructor(location: ArchiveLocation, objects: JoinedRows<ObjectInfo>, segmentBytes: number) {
    super();
    this.length = objects.length;
    this.#objects = objects;
    this.#below = folderOf(location).length;
    this.#numbers = new Float64Array(this.length);
    this.#timelines = new Uint32Array(this.length);
    for (let at = 0; at < this.length; at += 1) {
      const relative = relativeKey(location, this.infoOf(at).key);
      if (relative === undefined) throw outside(location);
      this.#keep(at, classify(relative, segmentBytes));
    }
  }

  #keep(at: number, kind: KeyKind): void {
    const plain = kind.kind === "other-compression" ? kind.as : kind;
    if (plain.kind === "segment") {
      const { timeline, number } = plain.segment;
      this.#timelines[at] = timeline;
      this.#numbers[at] = plain === kind ? number : -1 - number;
    } else this.#others.set(at, kind);
  }

  infoOf(at: number): ObjectInfo {
    return this.#objects.place(at, infoIn);
  }

  relativeOf(at: number): string {
    return this.infoOf(at).key.slice(this.#below);
  }

  row(at: number): ArchiveEntry {
    return new ListedEntry(this, at, this.#kindOf(at));
  }

  #kindOf(at: number): KeyKind {
    const timeline = this.#timelines[at] ?? 0;
    // No segment has it.
    if (timeline === 0) return this.#others.get(at) ?? { kind: "unknown" };
    const number = this.#numbers[at] ?? 0;
    if (number >= 0) return { kind: "segment", segment: { timeline, number } };
    return { kind: "other-compression", as: { kind: "segment", segment: { timeline, number: -1 - number } } };
  }
}

function infoIn(objects: Rows<ObjectInfo>, at: number): ObjectInfo {
  return objects instanceof PackedObjects ? objects.lazy(at) : (objects.at(at) as ObjectInfo);
}

class ListedEntry implements ArchiveEntry {
  readonly kind: KeyKind;
  readonly #entries: ListedEntries;
  readonly #at: number;
  #relative: string | undefined;

  constructor(entries: ListedEntries, at: number, kind: KeyKind) {
    this.#entries = entries;
    this.#at = at;
    this.kind = kind;
  }

  get info(): ObjectInfo {
    return this.#entries.infoOf(this.#at);
  }

  get relative(): string {
    return (this.#relative ??= this.#entries.relativeOf(this.#at));
  }
}

class RetoldEntries extends LazyRows<ArchiveEntry> {
  readonly #entries: Rows<ArchiveEntry>;
  readonly #tell: (entry: ArchiveEntry) => KeyKind;

  constructor(entries: Rows<ArchiveEntry>, tell: (entry: ArchiveEntry) => KeyKind) {
    super();
    this.#entries = entries;
    this.#tell = tell;
  }

  get length(): number {
    return this.#entries.length;
  }

  row(at: number): ArchiveEntry {
    const entry = this.#entries.at(at) as ArchiveEntry;
    const kind = this.#tell(entry);
    return kind === entry.kind ? entry : new RetoldEntry(entry, kind);
  }
}

class RetoldEntry implements ArchiveEntry {
  readonly kind: KeyKind;
  readonly #entry: ArchiveEntry;

  constructor(entry: ArchiveEntry, kind: KeyKind) {
    this.#entry = entry;
    this.kind = kind;
  }

  get info(): ObjectInfo {
    return this.#entry.info;
  }

  get relative(): string {
    return this.#entry.relative;
  }
}

function outside(location: ArchiveLocation): Error {
  return giveUp("answer-malformed", "the object store listed a key outside the prefix that was asked for")
    .at(formatLocation(location))
    .advise("Check the S3 endpoint: something between here and the store changes its answers.");
}
