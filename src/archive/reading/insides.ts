/**
 * Looks into the objects that a restore needs. `deep`: the first bytes and the last few of each, which tell the cluster, the
 * release, the timeline, the place and whether the end is there (wal-archives.md §0.4). `full`: every byte, unpacked and held
 * against its checksums. Memory is bounded by what is under way at once, whatever the archive holds.
 */
import type { ObjectReader } from "../../ports/object-store.js";
import { Damaged } from "../compression/damaged.js";
import type { ArchiveEntry, ArchiveFacts, Inside } from "./facts.js";
import { DOUBTFUL, glance, type Looked } from "./glance.js";
import { packingOfKey } from "../names/packing.js";
import { inParallel } from "./parallel.js";
import { fullRead } from "./full-read.js";

export const DEPTHS = ["deep", "full"] as const;
export type Depth = (typeof DEPTHS)[number];

/** Small requests wait for the store, whole objects for this machine. */
const IN_FLIGHT: Readonly<Record<Depth, number>> = { deep: 32, full: 4 };

export interface LookOptions {
  readonly depth: Depth;
  /** Objects that cannot be read at once; nothing is asked of them. */
  readonly cold: (entry: ArchiveEntry) => boolean;
  /** Before each object. */
  readonly betweenItems?: (() => Promise<void>) | undefined;
  /** After each object. */
  readonly progress?: (done: number, of: number) => void;
}

/** Errors: those of the store. What is broken in an object is an answer, and no error. */
export async function lookInside(
  reader: ObjectReader,
  facts: ArchiveFacts,
  { depth, cold, betweenItems, progress }: LookOptions,
): Promise<ReadonlyMap<string, Inside>> {
  const insides = new Map<string, Inside>();
  const entries = facts.entries.filter((entry) => isPacked(entry) && entry.info.size > 0 && !cold(entry));
  const look = depth === "full" ? fullRead : reader.opensMessages === true ? bothEndsOrAll : bothEnds;
  await inParallel(entries, IN_FLIGHT[depth], async (entry) => {
    await betweenItems?.();
    insides.set(entry.relative, await answered(() => look({ reader, location: facts.location, entry })));
    progress?.(insides.size, entries.length);
  });
  return withoutHaste(insides);
}

async function bothEnds(looked: Looked): Promise<Inside> {
  const seen = await glance(looked);
  return seen === DOUBTFUL ? await fullRead(looked) : seen;
}

/** What stands at the ends of a message shows nothing of what it holds. */
async function bothEndsOrAll(looked: Looked): Promise<Inside> {
  try {
    return await bothEnds(looked);
  } catch (error) {
    if (error instanceof Damaged && error.damage === "encrypted") return await fullRead(looked);
    throw error;
  }
}

/**
 * WAL-G can encrypt in a way that leaves no mark (libsodium). Where nothing at all that is packed otherwise than by lzop begins
 * as its name says, that is what it looks like, and not that everything is broken.
 */
function withoutHaste(insides: ReadonlyMap<string, Inside>): ReadonlyMap<string, Inside> {
  const others = [...insides].filter(([key]) => packingOfKey(key) !== "lzo");
  if (others.length < 2 || others.some(([, { broken }]) => broken === undefined)) return insides;
  const hidden = "no object begins as its name says: encrypted otherwise than by OpenPGP, or broken";
  return new Map([...insides, ...others.map(([key]) => [key, { hidden }] as const)]);
}

/** As the reader sees them: segments, and the tar files of base backups. */
function isPacked({ kind }: ArchiveEntry): boolean {
  return kind.kind === "segment" || kind.kind === "part" || kind.kind === "named-tar";
}

async function answered(look: () => Promise<Inside>): Promise<Inside> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return error.damage === "encrypted" ? { hidden: error.message } : { broken: error.message };
  }
}
