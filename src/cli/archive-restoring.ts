/** The core of `archive restore`: plans, restores, and says in one document what lies there and how to start it. */
import { resolve } from "node:path";
import { planRestore, type RestorePlan } from "../archive/restore/plan.js";
import { restoreArchive, type RestoreOutcome, type RestoreProgress } from "../archive/restore/restore.js";
import { microsecondText } from "../archive/wal/transaction-ends.js";
import { formatLocation, parseLocation } from "../archive/names/location.js";
import { readArchive } from "../archive/reading/facts.js";
import { bytesText } from "../bytes.js";
import { counted } from "../counted.js";
import { EXIT, RecoverError } from "../errors.js";
import type { Clock } from "../ports/clock.js";
import type { ArchiveStore } from "../ports/object-store.js";
import { quote } from "../shell-quote.js";

export interface ArchiveRestoreOptions {
  readonly store: ArchiveStore;
  readonly clock: Clock;
  /** s3://BUCKET/PREFIX */
  readonly source: string;
  readonly directory: string;
  readonly targetTime?: Date | undefined;
  readonly progress?: (progress: RestoreProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ArchiveRestoreDocument {
  readonly schema: "dingo-recover/archive-restore@1";
  readonly source: string;
  readonly directory: string;
  readonly base: string;
  readonly postgresVersion: string;
  readonly systemId: string;
  readonly timeline: number;
  readonly targetTime: string | null;
  /** When the last transaction ended that the server will replay; null where no such record was found. */
  readonly lastTransaction: string | null;
  readonly segments: number;
  /** Segments that cannot be replayed: absent, damaged, and all behind them. */
  readonly lost: { readonly missing: number; readonly unreachable: number; readonly damaged: string | null };
  readonly bytes: number;
  readonly fetchedBytes: number;
  readonly seconds: number;
  /** Below the directory: settings of the old host that are not in force, and links that were not made. */
  readonly putAside: readonly string[];
  readonly linksLeftOut: readonly string[];
}

export interface ArchiveRestoreResult {
  readonly document: ArchiveRestoreDocument;
  readonly exitCode: number;
  readonly lines: readonly string[];
}

/** Errors: those of `planRestore` and `restoreArchive`; `interrupted` where the signal stopped it. */
export async function archiveRestore(options: ArchiveRestoreOptions): Promise<ArchiveRestoreResult> {
  const { store, clock, progress, signal } = options;
  const location = parseLocation(options.source);
  const began = clock.monotonicMs();
  const reader = store.reader();
  const plan = planRestore(await readArchive(reader, location, { times: true }), { targetTime: options.targetTime });
  const terms = { directory: resolve(options.directory), signal, progress };
  const outcome = await restoreArchive(reader, plan, terms).catch((error: unknown) => {
    throw signal?.aborted === true ? stopped(terms.directory) : error;
  });
  const document = documentOf(plan, outcome, (clock.monotonicMs() - began) / 1000);
  return { document, exitCode: EXIT.done, lines: restoreLines(document) };
}

function stopped(directory: string): RecoverError {
  return new RecoverError("interrupted", "the restore was stopped, and nothing of it is left", {
    remedy: "Run the same command again: it begins anew.",
    place: directory,
    effect: "none",
  });
}

function documentOf(plan: RestorePlan, outcome: RestoreOutcome, seconds: number): ArchiveRestoreDocument {
  const { base, wal } = outcome;
  const planned = plan.segments.length;
  const damaged = wal.broken === undefined ? 0 : planned - wal.segments.length;
  return {
    schema: "dingo-recover/archive-restore@1",
    source: formatLocation(plan.location),
    directory: outcome.directory,
    base: plan.base,
    postgresVersion: base.control.version,
    systemId: base.control.systemId,
    timeline: plan.timeline,
    targetTime: plan.targetTime ?? null,
    lastTransaction: wal.lastCommit === undefined ? null : microsecondText(wal.lastCommit),
    segments: wal.segments.length,
    lost: {
      missing: plan.lost.missing,
      unreachable: plan.lost.unreachable + Math.max(0, damaged - 1),
      damaged: wal.broken === undefined ? null : `${wal.broken.name}: ${wal.broken.why}`,
    },
    bytes: outcome.bytes,
    fetchedBytes: outcome.fetched,
    seconds: Math.round(seconds * 1000) / 1000,
    putAside: base.putAside,
    linksLeftOut: base.linksLeftOut,
  };
}

function restoreLines(document: ArchiveRestoreDocument): readonly string[] {
  const { bytes, seconds, directory, targetTime, lastTransaction: last, postgresVersion: version } = document;
  const rate = bytesText(bytes / Math.max(seconds, 0.001));
  return [
    `${document.source} restored into ${directory}`,
    `base backup ${document.base} of PostgreSQL ${version}, system identifier ${document.systemId}`,
    `${counted(document.segments, "segment")} of WAL to replay, to timeline ${document.timeline}; ${bytesText(bytes)} in ${seconds.toFixed(1)} s, ${rate} a second`,
    ...(last === null ? [] : [`last transaction that comes back: ${last}`]),
    ...(targetTime === null ? [] : [`the server stops before the first transaction later than ${targetTime}`]),
    ...lossLines(document),
    ...document.linksLeftOut.map(
      (path) => `not made, because it leads out of the directory: the link ${JSON.stringify(path)}`,
    ),
    ...startLines(document),
  ];
}

function lossLines({ lost: { missing, unreachable, damaged } }: ArchiveRestoreDocument): readonly string[] {
  const lines = damaged === null ? [] : [`the WAL ends before a segment that cannot be used: ${damaged}`];
  if (missing + unreachable === 0) return lines;
  return [...lines, `lost: ${counted(missing, "segment")} missing, ${unreachable} behind them`];
}

/** PostgreSQL refuses to run as root, and a directory of another user. */
function startLines({ directory, postgresVersion: version }: ArchiveRestoreDocument): readonly string[] {
  const place = quote([directory]);
  return [
    `start it with PostgreSQL ${version}, as the user to whom the directory belongs and who is not root:`,
    `  pg_ctl -D ${place} -w -t 3600 start`,
    `  psql -h ${place} -U postgres postgres`,
  ];
}
