/** Makes a data directory out of an archive, that a stock PostgreSQL starts and recovers from. The source is only read. */
import { RecoverError, refuse } from "../../errors.ts";
import type { ObjectReader } from "../../ports/object-store.ts";
import { microsecondText } from "../wal/microseconds.ts";
import { formatLsn } from "../names/lsn.ts";
import { formatLocation } from "../names/location.ts";
import { segmentBytesOf } from "../names/segment.ts";
import { type RestoredBase, restoreBase } from "./base.ts";
import { DataFiles } from "./data-files.ts";
import { diskFailure } from "./disk-failure.ts";
import { type Named, nameOf } from "./kept.ts";
import { SourceObjects } from "./objects.ts";
import { OWN_DIRECTORY } from "../tar/place.ts";
import type { RestorePlan } from "./plan.ts";
import { isBefore, settingsFiles, socketDirectoryOf } from "./settings.ts";
import { partialOf, type Staging, stage } from "./staging.ts";
import { UnusableBase } from "./unusable-base.ts";
import { type RestoredWal, restoreWal, WAL_DIRECTORY } from "./wal-files.ts";

export interface RestoreProgress {
  readonly phase: "base" | "wal" | "disk";
  /** Bytes of the data directory and its WAL that were unpacked so far. At the end there are at most `of`. */
  readonly bytes: number;
  readonly of: number;
  /** From the store. */
  readonly fetched: number;
}

export interface RestoreTerms {
  /** Absolute path of the data directory. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: RestoreProgress) => void) | undefined;
  /** Called with the WAL as it was found. If it throws, nothing of this restore is left. */
  readonly requireBest?: ((wal: RestoredWal) => void) | undefined;
}

export interface RestoreOutcome {
  readonly directory: string;
  readonly base: RestoredBase;
  readonly wal: RestoredWal;
  readonly bytes: number;
  /** Of them, those that an earlier restore had brought. */
  readonly resumed: number;
  readonly fetched: number;
}

/** The bytes that the plan needs on disk. */
export const expandedSize = (plan: RestorePlan): number => plan.expandedBytes + walSize(plan);

const walSize = ({ segments, start }: RestorePlan): number => segments.length * segmentBytesOf(start.number);

/**
 * Can be run again after a break: files that are known to be whole are not fetched again. Errors: those of the store;
 * `not-restorable`, `target-not-fresh`, `locked`, `does-not-fit`, `access-denied`. `UnusableBase` if another base
 * backup may do.
 */
export async function restoreArchive(
  reader: ObjectReader,
  plan: RestorePlan,
  { directory, signal, progress, requireBest }: RestoreTerms,
): Promise<RestoreOutcome> {
  const of = expandedSize(plan);
  const wanted = new Set(
    [...plan.tars, ...plan.segments.flatMap(({ copies }) => copies)].map(({ info }) => nameOf(info)),
  );
  const isWanted = (object: Named): boolean => wanted.has(nameOf(object));
  const terms = { needed: of, isWanted, source: formatLocation(plan.location), base: plan.base };
  const at = { root: partialOf(directory), base: plan.base };
  const staging = await stage(directory, terms).catch((error: unknown) => {
    throw diskFailure(error, at);
  });
  try {
    const outcome = await fill(staging, { reader, plan, directory, signal, progress, requireBest, of });
    await staging.finish();
    return outcome;
  } catch (thrown) {
    const error = diskFailure(thrown, at);
    // Files that would fail again are of no use to the next restore.
    const isOfNoUse = error instanceof RecoverError && error.code === "not-restorable";
    await (isOfNoUse ? staging.discard() : staging.leave());
    throw error;
  }
}

interface Filling extends RestoreTerms {
  readonly reader: ObjectReader;
  readonly plan: RestorePlan;
  readonly of: number;
}

async function fill(
  { root, kept, requireRoom }: Staging,
  { reader, plan, directory, signal, progress, requireBest, of }: Filling,
): Promise<RestoreOutcome> {
  const done = { phase: "base" as RestoreProgress["phase"], bytes: kept.bytes, fetched: 0 };
  const resumed = kept.bytes;
  const tell = (): void => progress?.({ ...done, of });
  const look = (bytes: number): void => {
    done.fetched += bytes;
    tell();
  };
  const written = (bytes: number): void => {
    done.bytes += bytes;
    tell();
  };
  const objects = new SourceObjects(reader, plan, { signal, look });
  const files = new DataFiles(root);
  const shared = { reader, plan, objects, files, root, kept, written };
  const walBytes = walSize(plan);
  const base = await restoreBase({ ...shared, requireRoom: (bytes) => requireRoom(bytes + walBytes) });
  requireSystem(plan, base);
  done.phase = "wal";
  const { version: major, systemId, label } = base.control;
  const wal = await restoreWal({ ...shared, systemId, major, label });
  requireReached(plan, wal, major);
  requireBest?.(wal);
  done.phase = "disk";
  tell();
  await writeSettings(files, { plan, base, wal, directory });
  await files.settle();
  return { directory, base, wal, bytes: done.bytes, resumed, fetched: done.fetched };
}

function requireSystem(plan: RestorePlan, { control }: RestoredBase): void {
  if (plan.systemId === undefined || plan.systemId === control.systemId) return;
  const text = `the archive is of the system ${plan.systemId}, its base backup "${plan.base}" of ${control.systemId}`;
  throw new UnusableBase(text, { place: plan.base });
}

/** Since 13 a server stops with FATAL if the WAL ends before the target; before, it promotes without a word. */
function requireReached(
  { targetTime }: RestorePlan,
  { beyondTarget, lastCommit, broken, cut }: RestoredWal,
  major: string,
): void {
  if (targetTime === undefined || beyondTarget) return;
  // If no commit can be read in this release's WAL, the server itself has to tell.
  if (lastCommit === undefined && isBefore(major, 9.5)) return;
  const last =
    lastCommit === undefined
      ? "no transaction ends in the WAL"
      : `the last transaction ended at ${microsecondText(lastCommit)}`;
  const unusable = broken === undefined ? "" : `, and the WAL behind it cannot be used: ${broken.name}, ${broken.why}`;
  const why = cut === undefined ? unusable : `, and the records end inside ${cut.name}, at ${formatLsn(cut.at)}`;
  throw refuse("not-restorable", `the archive does not reach ${targetTime}: ${last}${why}`).advise(
    "Leave out --target-time to restore everything that is there, or give an earlier time.",
  );
}

interface Settled {
  readonly plan: RestorePlan;
  readonly base: RestoredBase;
  readonly wal: RestoredWal;
  readonly directory: string;
}

async function writeSettings(files: DataFiles, { plan, base, wal, directory }: Settled): Promise<void> {
  const settings = settingsFiles({
    major: base.control.version,
    timeline: plan.target,
    targetTime: plan.targetTime,
    least: base.control.settings,
    segmentBytes: base.control.segmentBytes,
    socketDirectory: socketDirectoryOf(directory),
  });
  for (const [path, text] of settings) await files.text(path, text);
  const planned = [...plan.histories, ...wal.segments].map(({ name }) => name);
  await files.directory(WAL_DIRECTORY);
  await files.text(`${OWN_DIRECTORY}/planned`, `${planned.join("\n")}\n`);
}
