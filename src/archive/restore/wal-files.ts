/** Brings the WAL behind a base backup beside it, each segment looked at, up to the first that PostgreSQL would not replay. */
import { open, readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { Damaged, isUnread } from "../../kit/damaged.ts";
import { firstByte, formatLsn } from "../names/lsn.ts";
import { inParallel } from "../../kit/in-parallel.ts";
import { segmentBytesOf, segmentName } from "../names/segment.ts";
import { misfitOf, otherSegmentSize } from "../wal/misfit.ts";
import { LONG_HEADER_BYTES, pageHeader } from "../wal/page-header.ts";
import { type Checkpoints, RecordWalk, type Told } from "../wal/record-walk.ts";
import type { DataFiles } from "./data-files.ts";
import { explained, type SourceObjects } from "./objects.ts";
import { isAmong, type Label, noCheckpoint } from "../tar/vital-files.ts";
import { OWN_DIRECTORY } from "../tar/place.ts";
import type { Kept } from "./kept.ts";
import type { CutWal, MetEnds } from "./met.ts";
import type { PackedFile, PlannedSegment, RestorePlan } from "./plan.ts";
import { UnusableBase } from "./unusable-base.ts";

export const WAL_DIRECTORY = `${OWN_DIRECTORY}/wal`;
/** Of them, one after the other is read for the transactions in it. */
const IN_FLIGHT = 4;
/** So many are made durable together, and are fetched again if a restore is stopped. */
const KEPT_AT_ONCE = 16;

export interface WalWork {
  readonly plan: RestorePlan;
  readonly objects: SourceObjects;
  readonly files: DataFiles;
  readonly root: string;
  readonly kept: Kept;
  readonly systemId: string;
  readonly major: string;
  readonly label: Label;
  readonly written: (bytes: number) => void;
}

export interface RestoredWal extends MetEnds {
  readonly segments: readonly PlannedSegment[];
  /**
   * Microseconds since 1970, of the WAL that can be replayed; undefined if no transaction ends in the WAL that was
   * read.
   */
  readonly lastCommit: bigint | undefined;
  /** The first that ended later than the target. */
  readonly beyondTarget: boolean;
}

/** Errors: those of the store and the disk; `not-restorable` if the whole segments do not make the base consistent. */
export async function restoreWal(work: WalWork): Promise<RestoredWal> {
  const { plan } = work;
  for (const history of plan.histories) await bringHistory(history, work);
  const course = new Course(work);
  for (let at = 0; at < plan.segments.length && !course.ended; at += IN_FLIGHT) {
    await course.go(plan.segments.slice(at, at + IN_FLIGHT));
    if (at % KEPT_AT_ONCE === 0) await course.keep();
  }
  await course.keep();
  return course.outcome();
}

/** A history has a line of some fifty bytes for each timeline before it. */
const LARGEST_HISTORY = 256 * 1024;

/** The server reads that of the timeline that it ends on. Of any other only the name counts: it numbers its own behind them. */
async function bringHistory(history: PackedFile, { plan, files, objects, root }: WalWork): Promise<void> {
  const path = `${WAL_DIRECTORY}/${history.name}`;
  let size = 0;
  try {
    await files.write(path, objects.content(history), (bytes) => {
      size += bytes;
      if (size > LARGEST_HISTORY) throw new Damaged("too-large", "it unpacks to more than any history has");
    });
  } catch (error) {
    const isRead = Number.parseInt(history.name, 16) === plan.timelines.at(-1);
    if (isRead || !(error instanceof Damaged) || isUnread(error)) throw explained(error, history);
    await truncate(join(root, path));
  }
}

interface Fetched {
  /** The copy that was fetched. */
  readonly segment: PlannedSegment;
  /** Why it cannot be replayed, if it cannot. */
  readonly why?: string | undefined;
  /** If nothing can be said of it. */
  readonly unread?: Damaged | undefined;
}

class Course {
  readonly #work: WalWork;
  readonly #target: bigint | undefined;
  readonly #walk = new RecordWalk();
  readonly #checkpoints: Checkpoints = new Map();
  readonly #whole: PlannedSegment[] = [];
  /** How many of the whole ones are on disk for good. */
  #durable = 0;
  readonly #badCopies: { readonly info: PackedFile["info"]; readonly why: string }[] = [];
  #broken: RestoredWal["broken"];
  #cut: CutWal | undefined;
  #lastCommit: bigint | undefined;
  /** How many segments were whole when a transaction had ended later than the target. */
  #beyond: number | undefined;

  constructor(work: WalWork) {
    this.#work = work;
    const { targetTime } = work.plan;
    this.#target = targetTime === undefined ? undefined : BigInt(Date.parse(targetTime)) * 1000n;
  }

  /** A record can go on in the segment behind the one that it begins in. */
  get ended(): boolean {
    const enough = this.#beyond !== undefined && this.#whole.length > this.#beyond;
    return (
      this.#broken !== undefined ||
      this.#cut !== undefined ||
      (enough && this.#whole.length >= this.#work.plan.neededSegments)
    );
  }

  async go(batch: readonly PlannedSegment[]): Promise<void> {
    const fetched = new Map<PlannedSegment, Fetched>();
    await inParallel(batch, IN_FLIGHT, async (planned) => {
      fetched.set(planned, await this.#fetch(planned));
    });
    for (const planned of batch) {
      const { segment, why, unread } = fetched.get(planned) ?? { segment: planned };
      // More follows behind the end of the records.
      if (this.#walk.end !== undefined) this.#cut ??= this.#cutHere();
      // Nothing is known of it, nor of all behind it.
      if (unread !== undefined && !this.ended) throw explained(unread, segment);
      if (this.#cut === undefined && why !== undefined) this.#broken ??= { name: segment.name, why };
      const isTaken =
        unread === undefined && this.#cut === undefined && this.#broken === undefined && (await this.#take(segment));
      if (!isTaken) await this.#drop(segment);
    }
  }

  #cutHere({ spoilt = false, unfollowed }: Partial<CutWal> = {}): CutWal | undefined {
    const { end } = this.#walk;
    const name = this.#whole.at(-1)?.name;
    if (end === undefined || this.#broken !== undefined) return undefined;
    return { name: name ?? segmentName(this.#work.plan.start), at: end.at, why: end.why, spoilt, unfollowed };
  }

  /** Brings every segment that is whole by now to disk for good. */
  async keep(): Promise<void> {
    const { files, kept } = this.#work;
    const fresh = this.#whole.slice(this.#durable).filter(({ info }) => !kept.hasSegment(info));
    await files.settleSome(fresh.map((planned) => this.#path(planned)));
    await kept.addSegments(
      fresh.map((planned) => ({
        info: planned.info,
        path: this.#path(planned),
        size: segmentBytesOf(planned.segment.number),
      })),
    );
    this.#durable = this.#whole.length;
  }

  outcome(): RestoredWal {
    const { plan, label } = this.#work;
    const end = this.#walk.end?.at;
    const isShort = end !== undefined && plan.stopLsn !== undefined && end < plan.stopLsn;
    if (this.#whole.length < plan.neededSegments || isShort) {
      const { name, why } = this.#broken ?? this.#short();
      const met = { broken: this.#broken, cut: this.#cut ?? this.#cutHere(), badCopies: this.#badCopies };
      throw new UnusableBase(`the base backup "${plan.base}" needs the segment ${name}: ${why}`, { place: name, met });
    }
    // Records of a form that is not read show none.
    if (this.#walk.reached !== undefined && !isAmong(label, this.#checkpoints))
      throw new UnusableBase(`the base backup "${plan.base}" is not whole: ${noCheckpoint(label)}`, {
        place: plan.base,
      });
    return {
      segments: this.#whole,
      broken: this.#broken,
      cut: this.#cut,
      badCopies: this.#badCopies,
      lastCommit: this.#lastCommit,
      beyondTarget: this.#beyond !== undefined,
    };
  }

  #short(): { readonly name: string; readonly why: string } {
    const cut = this.#cut ?? this.#cutHere();
    if (cut === undefined) return { name: "", why: "it is not there" };
    return { name: cut.name, why: `its records end at ${formatLsn(cut.at)}: ${cut.why}` };
  }

  #path({ name }: PlannedSegment): string {
    return `${WAL_DIRECTORY}/${name}`;
  }

  /** The first copy that can be replayed, or else the last one. */
  async #fetch({ copies, ...planned }: PlannedSegment): Promise<Fetched> {
    const { kept } = this.#work;
    let last: Fetched = { segment: { copies, ...planned } };
    // One that an earlier restore has brought lies where another would be written.
    const keptFirst = ({ info }: PackedFile): number => (kept.hasSegment(info) ? 0 : 1);
    for (const copy of copies.toSorted((a, b) => keptFirst(a) - keptFirst(b))) {
      const segment = { ...planned, ...copy, copies };
      if (last.why !== undefined) await this.#drop(segment);
      try {
        const why = await this.#fetchCopy(segment);
        last = { segment, why, unread: last.unread };
        if (why === undefined) return { segment };
        this.#badCopies.push({ info: copy.info, why });
      } catch (error) {
        if (!(error instanceof Damaged)) throw error;
        last = { segment, why: error.message, unread: error };
      }
    }
    return last;
  }

  /** Why it cannot be replayed, if it cannot. Throws Damaged if nothing can be said of it. */
  async #fetchCopy(planned: PlannedSegment): Promise<string | undefined> {
    const { root, plan, systemId, major } = this.#work;
    const why = this.#work.kept.hasSegment(planned.info) ? undefined : await this.#download(planned);
    if (why !== undefined) return why;
    const page = pageHeader(await headOf(join(root, this.#path(planned))));
    if (page === undefined) return "it does not begin like WAL";
    const { segment } = planned;
    const isAncestor = (timeline: number): boolean => timeline <= segment.timeline && plan.timelines.includes(timeline);
    return misfitOf(page, { segment, systemId, major, isAncestor });
  }

  async #download(planned: PlannedSegment): Promise<string | undefined> {
    const { files, objects, written } = this.#work;
    const bytes = segmentBytesOf(planned.segment.number);
    let size = 0;
    try {
      await files.write(this.#path(planned), objects.content(planned), (more) => {
        size += more;
        if (size > bytes) throw new Damaged("too-large", "it unpacks to more than a segment");
        written(more);
      });
    } catch (error) {
      if (error instanceof Damaged && !isUnread(error)) return (await this.#otherSize(planned)) ?? error.message;
      throw error;
    }
    return size === bytes ? undefined : `it holds ${size} bytes, not ${bytes}`;
  }

  /** If a cluster has larger segments, the first page says so; the bytes behind the usual size were not fetched. */
  async #otherSize(planned: PlannedSegment): Promise<string | undefined> {
    const page = pageHeader(await headOf(join(this.#work.root, this.#path(planned))));
    return page === undefined ? undefined : otherSegmentSize(page, planned.segment);
  }

  /** False if the records of the segments before do not go on in it. */
  async #take(planned: PlannedSegment): Promise<boolean> {
    const bytes = await readFile(join(this.#work.root, this.#path(planned)));
    const first = firstByte(planned.segment);
    const { startLsn } = this.#work.plan;
    const from = this.#whole.length === 0 && startLsn !== undefined ? Number(startLsn - first) : 0;
    const told: Told = ({ kind, at }) => {
      const isBeyond = this.#target !== undefined && at > this.#target;
      if (isBeyond) this.#beyond ??= this.#whole.length + 1;
      else if (kind === "commit" && this.#beyond === undefined) this.#lastCommit = at;
    };
    this.#walk.read(bytes, first, { told, from, checkpoints: this.#checkpoints });
    const { end } = this.#walk;
    const isBegun = this.#whole.length === 0 || end === undefined || !end.flawed || end.at > first;
    if (isBegun) this.#whole.push(planned);
    if (end?.flawed === true) this.#cut = this.#cutHere(isBegun ? { spoilt: true } : { unfollowed: planned.name });
    return isBegun;
  }

  async #drop(planned: PlannedSegment): Promise<void> {
    this.#work.files.forget(this.#path(planned));
    await rm(join(this.#work.root, this.#path(planned)), { force: true });
  }
}

async function headOf(path: string): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const head = Buffer.alloc(LONG_HEADER_BYTES);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
