/**
 * Looks into the objects that a restore needs. `deep`: the first bytes and the last few of each, which tell the
 * cluster, the release, the timeline, the place and whether the end is there (wal-archives.md §0.4), and every byte of
 * the newest base backups as far as they are small: only the sum of its files shows that one lacks its last part.
 * `full`: every byte of everything, unpacked and held against its checksums. The reads under way at once bound the
 * memory, not the size of the archive.
 */
import type { ObjectReader } from "../../ports/object-store.ts";
import { Damaged } from "../../kit/damaged.ts";
import type { ArchiveEntry, ArchiveFacts, Inside } from "./facts.ts";
import { DOUBTFUL, glance, type Looked } from "./glance.ts";
import type { KeyKind } from "../names/layout.ts";
import { packingOfKey } from "../names/packing.ts";
import { SEGMENT_BYTES } from "../names/segment.ts";
import { HOLLOW, unlessHollow } from "./hollow.ts";
import { inParallel } from "../../kit/in-parallel.ts";
import { type Follow, fullRead, type FullTerms } from "./full-read.ts";
import { type Listed, listedFiles, listsOf } from "./listed-files.ts";
import { WalChain } from "./wal-chain.ts";

export const DEPTHS = ["deep", "full"] as const;
export type Depth = (typeof DEPTHS)[number];

/** Small requests wait for the store, whole objects for this machine. */
const IN_FLIGHT: Readonly<Record<Depth, number>> = { deep: 32, full: 4 };
/** Segments are held whole, and have up to 1 GiB. */
const MOST_HELD = 256 * 1024 * 1024;

export interface LookOptions {
  readonly depth: Depth;
  /** Objects that cannot be read at once; nothing is asked of them. */
  readonly cold: (entry: ArchiveEntry) => boolean;
  /** After each object. */
  readonly progress?: (done: number, of: number) => void;
}

/** Throws the errors of the store. A broken object is an answer, and no error. */
export async function lookInside(
  reader: ObjectReader,
  facts: ArchiveFacts,
  { depth, cold, progress }: LookOptions,
): Promise<ReadonlyMap<string, Inside>> {
  const insides = new Map<string, Inside>();
  const entries = facts.entries.filter((entry) => isPacked(entry) && entry.info.size > 0 && !cold(entry));
  const atEnds = reader.opensMessages === true ? bothEndsOrAll : bothEnds;
  const small = depth === "full" ? new Set<string>() : smallBases(facts);
  const chain = new WalChain(facts);
  const turns = new Turns();
  const paths = new Paths((base) => listedFiles(reader, facts.location.bucket, listsOf(facts, base)));
  const held = Math.floor(MOST_HELD / (facts.segmentBytes ?? SEGMENT_BYTES));
  const inFlight = depth === "full" ? Math.max(1, Math.min(IN_FLIGHT.full, held)) : IN_FLIGHT.deep;
  await inParallel(entries, inFlight, async (entry) => {
    const isWanted = depth === "full" || (isTar(entry.kind) && small.has(entry.kind.base.name));
    const look = isWanted ? fullRead : atEnds;
    const turn = turns.take();
    const follow: Follow = async (segment, content) => {
      await turn.come;
      return chain.follow(segment, content);
    };
    const looked = { reader, location: facts.location, entry };
    const place = { bucket: facts.location.bucket, info: entry.info };
    const terms = { follow, ...paths.of(isTar(entry.kind) ? entry.kind.base.name : "") };
    const inside = await unlessHollow(reader, place, () => answered(() => look(looked, terms))).finally(turn.over);
    insides.set(entry.relative, inside === "hollow" ? { broken: HOLLOW } : inside);
    progress?.(insides.size, entries.length);
  });
  return withoutHaste(insides);
}

/** Objects are fetched at once, and their records followed one after the other. */
class Turns {
  #before: Promise<void> = Promise.resolve();

  take(): { readonly come: Promise<void>; readonly over: () => void } {
    const come = this.#before;
    let over = (): void => undefined;
    const own = new Promise<void>((resolve) => (over = resolve));
    this.#before = come.then(() => own);
    return { come, over };
  }
}

type OfBase = Omit<FullTerms, "follow">;

/** Paths in a base backup by its name; its tar files come one behind the other, some of them at once. */
class Paths {
  readonly #sets = new Map<string, OfBase>();
  readonly #list: (base: string) => Promise<Listed>;

  constructor(list: (base: string) => Promise<Listed>) {
    this.#list = list;
  }

  of(base: string): OfBase {
    let listed: Promise<Listed> | undefined;
    const known = this.#sets.get(base) ?? { seen: new Set(), listed: () => (listed ??= this.#list(base)) };
    this.#sets.set(base, known);
    const [first = base] = this.#sets.keys();
    if (this.#sets.size > IN_FLIGHT.deep) this.#sets.delete(first);
    return known;
  }
}

async function bothEnds(looked: Looked, terms: FullTerms): Promise<Inside> {
  const seen = await glance(looked);
  return seen === DOUBTFUL ? await fullRead(looked, terms) : seen;
}

/** The ends of a message show nothing of its content, so it is read whole. */
async function bothEndsOrAll(looked: Looked, terms: FullTerms): Promise<Inside> {
  try {
    return await bothEnds(looked, terms);
  } catch (error) {
    if (error instanceof Damaged && error.damage === "encrypted") return await fullRead(looked, terms);
    throw error;
  }
}

/**
 * WAL-G can encrypt in a way that leaves no mark (libsodium). If none of the objects that lzop did not pack begins as
 * its name says, they look encrypted in that way, not broken.
 */
function withoutHaste(insides: ReadonlyMap<string, Inside>): ReadonlyMap<string, Inside> {
  const others = [...insides].filter(([key]) => packingOfKey(key) !== "lzo");
  if (others.length < 2 || others.some(([, { broken }]) => broken === undefined)) return insides;
  const inside: Inside = {
    hidden: "no object begins as its name says: encrypted otherwise than by OpenPGP, or broken",
  };
  return new Map([...insides, ...others.map(([key]) => [key, inside] as const)]);
}

/** As the reader sees them: segments, and the tar files of base backups. */
const isPacked = ({ kind }: ArchiveEntry): boolean => kind.kind === "segment" || isTar(kind);

type Tar = Extract<KeyKind, { readonly kind: "part" | "named-tar" }>;

const isTar = (kind: KeyKind): kind is Tar => kind.kind === "part" || kind.kind === "named-tar";

/** As they are packed, all of them together: seconds, and no more than a small database has. */
const SMALL_BYTES = 256 * 1024 * 1024;

/** Names of finished base backups, the newest first, as long as they are small together. */
function smallBases({ entries }: ArchiveFacts): ReadonlySet<string> {
  const sizes = new Map<string, number>();
  for (const { kind, info } of entries)
    if (isTar(kind)) sizes.set(kind.base.name, (sizes.get(kind.base.name) ?? 0) + info.size);
  const stored = entries.flatMap(({ kind, info }) =>
    kind.kind === "sentinel" ? [{ name: kind.base.name, at: info.lastModified }] : [],
  );
  const newestFirst = stored.sort((a, b) => (a.at < b.at ? 1 : -1));
  const taken = new Set<string>();
  let left = SMALL_BYTES;
  for (const { name } of newestFirst) {
    left -= sizes.get(name) ?? 0;
    if (left < 0) break;
    taken.add(name);
  }
  return taken;
}

async function answered(look: () => Promise<Inside>): Promise<Inside> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return error.damage === "encrypted" ? { hidden: error.message } : { broken: error.message };
  }
}
