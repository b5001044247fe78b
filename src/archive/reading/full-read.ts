/** Every byte of a packed object, unpacked and thrown away. */
import { decompressed } from "../compression/decompressed.ts";
import { Damaged } from "../../kit/damaged.ts";
import { packingOfKey } from "../names/packing.ts";
import { type Segment, segmentBytesOf } from "../names/segment.ts";
import { type PageHeader, pageHeader } from "../wal/page-header.ts";
import { CONTROL_BYTES } from "../wal/control-values.ts";
import { CONTROL_FILE, controlSysid } from "../wal/pg-control.ts";
import { fileAt, heldTwice, placeOf } from "../tar/place.ts";
import { VITAL_FILES } from "../tar/vital-files.ts";
import { readTar, type Visit } from "../tar/members.ts";
import { mostUnpacked } from "../tar/most-unpacked.ts";
import type { ArchiveEntry, Inside } from "./facts.ts";
import { type Looked, mayBeEncrypted } from "./glance.ts";
import type { WalEnds } from "./archive-facts.ts";
import { type Listed, requireListed } from "./listed-files.ts";
import { writerOf } from "./reader.ts";

/** Follows the records of a whole segment, after those of the segments before it. */
export type Follow = (segment: Segment, content: Uint8Array) => Promise<WalEnds>;

export interface FullTerms {
  readonly follow: Follow;
  /** Paths that the tar files of the same base backup held so far; grows. */
  readonly seen: Set<string>;
  /** Of that base backup, if it lists its files. */
  readonly listed: () => Promise<Listed>;
}

/** Throws Damaged for an object whose content does not fit its name, to its last byte. */
export async function fullRead(looked: Looked, { follow, ...ofBase }: FullTerms): Promise<Inside> {
  const { entry } = looked;
  const packing = packingOfKey(entry.relative);
  if (packing === undefined || packing === "lzma")
    return { hidden: "it is packed by lzma, which is not unpacked here" };
  const at = { bucket: looked.location.bucket, key: entry.info.key };
  const head = new FirstPiece(await looked.reader.stream(at, { ifMatch: entry.info.etag, size: entry.info.size }));
  const pieces = decompressed(head.pieces(), packing);
  try {
    if (entry.kind.kind !== "segment") return { ...(await tarFile(pieces, entry, ofBase)), whole: true };
    const { page, content } = await segment(pieces, segmentBytesOf(entry.kind.segment.number));
    if (content === undefined) return { page, whole: true };
    return { page, whole: true, ends: await follow(entry.kind.segment, content) };
  } catch (error) {
    throw mayBeEncrypted(error, head.bytes);
  }
}

/** Keeps the first bytes of a stream that passes by. */
class FirstPiece {
  readonly #source: AsyncIterable<Uint8Array>;
  bytes: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *pieces(): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of this.#source) {
      if (this.bytes.length === 0) this.bytes = piece.slice(0, HEAD);
      yield piece;
    }
  }
}

const HEAD = 16;

/** Held whole: a record is summed up in one piece. One of another size is not read behind the page that says so. */
async function segment(
  pieces: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ readonly page: PageHeader; readonly content?: Uint8Array }> {
  const content = Buffer.alloc(bytes);
  let size = 0;
  let isTooLong = false;
  for await (const piece of pieces) {
    isTooLong = size + piece.length > bytes;
    content.set(piece.subarray(0, bytes - size), size);
    if (isTooLong) break;
    size += piece.length;
  }
  const page = pageHeader(content);
  if (page === undefined) throw new Damaged("wrong", "it does not begin like a WAL segment");
  if (page.segmentBytes !== bytes) return { page };
  if (isTooLong) throw new Damaged("wrong", `it holds more than ${bytes} bytes`);
  if (size !== bytes) throw new Damaged("cut", `it holds fewer than ${bytes} bytes`);
  return { page, content };
}

/**
 * The sum over all parts: a WAL-E sentinel's `expanded_size_bytes`, the only trace of a lost part (wal-archives.md
 * §0.5).
 */
async function tarFile(
  pieces: AsyncIterable<Uint8Array>,
  { kind, info, relative }: ArchiveEntry,
  { seen, listed }: Omit<FullTerms, "follow">,
): Promise<Inside> {
  const isRooted = "base" in kind && writerOf(kind.base) === "wal-g";
  let memberBytes = 0;
  const held = new Set<string>();
  const vital = new Map<string, Uint8Array>();
  const look: Visit = async (member, body) => {
    memberBytes += member.size;
    if (isRooted) held.add(placeOf(member.name, isRooted).path);
    const path = fileAt(member, isRooted);
    if (path === undefined) return;
    if (seen.has(path)) throw heldTwice(path);
    seen.add(path);
    if (VITAL_FILES.some((name) => name === path)) vital.set(path, await collected(body));
  };
  await readTar(pieces, look, { most: mostUnpacked(info.size) });
  if (isRooted) requireListed((await listed()).get(relative.slice(relative.lastIndexOf("/") + 1)), held);
  const control = vital.get(CONTROL_FILE);
  const systemId = control === undefined ? undefined : controlSysid(control);
  return { memberBytes, vital, ...(systemId === undefined ? {} : { systemId }) };
}

/** `pg_control` has 8 KiB, the others less; a longer one shows by one byte more. */
const LARGEST_VITAL = CONTROL_BYTES + 1;

async function collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    if (size < LARGEST_VITAL) pieces.push(Buffer.from(piece));
    size += piece.length;
  }
  return Buffer.concat(pieces).subarray(0, LARGEST_VITAL);
}
