/** The core of `archive restore`: plans, restores, and says in one document what lies there and how to start it. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type PassedOver, passedOverText, type Restored, restoreFrom } from "../../../archive/restore/fallback.ts";
import type { RestoreProgress } from "../../../archive/restore/restore.ts";
import { socketDirectoryOf } from "../../../archive/restore/settings.ts";
import { partialOf } from "../../../archive/restore/staging.ts";
import { microsecondText } from "../../../archive/wal/microseconds.ts";
import { formatLsn } from "../../../archive/names/lsn.ts";
import { formatLocation, parseSource } from "../../../archive/names/location.ts";
import { readArchive } from "../../../archive/reading/facts.ts";
import { inClear } from "../../../archive/reading/in-clear.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { Problem } from "../../../archive/judgement/problem.ts";
import { EXIT, RecoverError, refuse } from "../../../errors.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Decryption } from "../../../ports/decryption.ts";
import type { ArchiveStore } from "../../../ports/object-store.ts";
import { ofCommand, withoutGoingOn } from "../../../kit/text/remedy.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

export interface ArchiveRestoreOptions {
  readonly store: ArchiveStore;
  /** Opens what is encrypted, if a key is given. */
  readonly decryption?: Decryption | undefined;
  readonly clock: Clock;
  /** s3://BUCKET/PREFIX */
  readonly source: string;
  readonly directory: string;
  readonly targetTime?: Date | undefined;
  /** The name of the base backup to begin from; by default that which brings back the most. */
  readonly base?: string | undefined;
  /** Told at once of a base backup that turns out damaged. */
  readonly passedOver?: (passed: PassedOver) => void;
  readonly progress?: (progress: RestoreProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ArchiveRestoreDocument {
  readonly schema: "dingo-recover/archive-restore@1";
  readonly source: string;
  readonly directory: string;
  readonly base: string;
  /** Base backups that turned out damaged while they were read, and ways that turned out to bring back less. */
  readonly passedOver: readonly PassedOver[];
  readonly postgresVersion: string;
  readonly systemId: string;
  readonly timeline: number;
  readonly targetTime: string | null;
  /** When the last transaction ended that the server will replay; null if no such record was found. */
  readonly lastTransaction: string | null;
  readonly segments: number;
  /** Segments that cannot be replayed: absent, damaged, and all behind them. */
  readonly lost: { readonly missing: number; readonly unreachable: number; readonly damaged: string | null };
  /** The segment in which the records end though more follows, where, and why. */
  readonly endsInside: { readonly segment: string; readonly lsn: string; readonly why: string } | null;
  /** The loss, as `archive verify` reports it. */
  readonly findings: readonly Problem[];
  readonly bytes: number;
  readonly fetchedBytes: number;
  /** Of `bytes`, those that an earlier restore had brought. */
  readonly resumedBytes: number;
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

/** Errors: those of `restoreFrom`; `interrupted` if the signal stopped it. */
export async function archiveRestore(options: ArchiveRestoreOptions): Promise<ArchiveRestoreResult> {
  return await restoreAsAsked(options).catch((thrown: unknown) => {
    throw ofCommand(thrown);
  });
}

async function restoreAsAsked(options: ArchiveRestoreOptions): Promise<ArchiveRestoreResult> {
  const { store, clock, signal } = options;
  const location = parseSource(options.source);
  const began = clock.monotonicMs();
  const reader = inClear(store.reader(), options.decryption);
  const facts = await readArchive(reader, location, { times: true });
  const { targetTime, base, progress, passedOver } = options;
  const directory = resolve(options.directory);
  const terms = { directory, signal, progress, targetTime, base, passedOver };
  const restored = await restoreFrom(reader, facts, terms).catch((error: unknown) => {
    throw told(error, { directory, stopped: signal?.aborted === true });
  });
  const document = documentOf(restored, (clock.monotonicMs() - began) / 1000);
  return { document, exitCode: EXIT.done, lines: restoreLines(document) };
}

/** The files that are left, and the way on. */
function told(
  error: unknown,
  { directory, stopped }: { readonly directory: string; readonly stopped: boolean },
): unknown {
  const partial = partialOf(directory);
  const isKept = existsSync(partial);
  if (stopped) {
    const text = isKept ? `what is whole of it is kept in "${partial}"` : "nothing of it is left";
    return refuse("interrupted", `the restore was stopped, and ${text}`)
      .at(directory)
      .advise(isKept ? GO_ON : "Run the same command again: it begins anew.");
  }
  if (!(error instanceof RecoverError) || !isKept || REFUSED.has(error.code)) return error;
  const { remedy, place = directory } = error;
  return error.with({ remedy: `${withoutGoingOn(remedy)} ${GO_ON}`, place, cause: error });
}

const GO_ON = "Run the same command again: it goes on from there.";
/** The files there belong to another restore. */
const REFUSED: ReadonlySet<string> = new Set(["locked", "target-not-fresh", "does-not-fit", "not-restorable"]);

function documentOf({ plan, outcome, passedOver }: Restored, seconds: number): ArchiveRestoreDocument {
  const { base, wal } = outcome;
  return {
    schema: "dingo-recover/archive-restore@1",
    source: formatLocation(plan.location),
    directory: outcome.directory,
    base: plan.base,
    passedOver,
    postgresVersion: base.control.version,
    systemId: base.control.systemId,
    timeline: plan.timeline,
    targetTime: plan.targetTime ?? null,
    lastTransaction: wal.lastCommit === undefined ? null : microsecondText(wal.lastCommit),
    segments: wal.segments.length,
    lost: {
      missing: plan.lost.missing,
      unreachable: plan.lost.unreachable,
      damaged: wal.broken === undefined ? null : `${wal.broken.name}: ${wal.broken.why}`,
    },
    endsInside: wal.cut === undefined ? null : { segment: wal.cut.name, lsn: formatLsn(wal.cut.at), why: wal.cut.why },
    findings: plan.findings,
    bytes: outcome.bytes,
    fetchedBytes: outcome.fetched,
    resumedBytes: outcome.resumed,
    seconds: Math.round(seconds * 1000) / 1000,
    putAside: base.putAside,
    linksLeftOut: base.linksLeftOut,
  };
}

function restoreLines(document: ArchiveRestoreDocument): readonly string[] {
  const { bytes, seconds, directory, targetTime, lastTransaction: last, postgresVersion: version } = document;
  const rate = bytesText((bytes - document.resumedBytes) / Math.max(seconds, 0.001));
  const resumed =
    document.resumedBytes === 0 ? "" : `, ${bytesText(document.resumedBytes)} of it from an earlier restore`;
  return [
    `${document.source} restored into ${directory}`,
    ...document.passedOver.map(passedOverText),
    `base backup ${document.base} of PostgreSQL ${version}, system identifier ${document.systemId}`,
    `${counted(document.segments, "segment")} of WAL to replay, to timeline ${document.timeline}; ${bytesText(bytes)}${resumed} in ${seconds.toFixed(1)} s, ${rate} a second`,
    ...(last === null ? [] : [`last transaction that comes back: ${last}`]),
    ...(targetTime === null ? [] : [`the server stops before the first transaction later than ${targetTime}`]),
    ...lossLines(document),
    ...document.linksLeftOut.map(
      (path) => `not made, because it leads out of the directory: the link ${JSON.stringify(path)}`,
    ),
    ...startLines(document),
  ];
}

function lossLines({
  lost: { missing, unreachable, damaged },
  endsInside: cut,
  findings,
}: ArchiveRestoreDocument): readonly string[] {
  const lines = [
    ...(damaged === null ? [] : [`the WAL ends before a segment that cannot be used: ${damaged}`]),
    ...(cut === null ? [] : [`the WAL ends in ${cut.segment}, at ${cut.lsn}, and others follow: ${cut.why}`]),
    ...findings.map(({ key, message }) => (key === "" ? message : `${quoted(key)}: ${message}`)),
  ];
  if (missing + unreachable === 0) return lines;
  return [...lines, `lost: ${counted(missing, "segment")} missing, ${unreachable} that cannot be reached`];
}

/** PostgreSQL refuses to run as root, and a directory of another user. A tenant was superuser of the database (law 14). */
function startLines({ source, directory, postgresVersion: version }: ArchiveRestoreDocument): readonly string[] {
  const place = quote([directory]);
  return [
    `to try the archive in a sandbox first: ${quote(["dingo-recover", "run", "test-backup", "--input", `archive=${source}`])}`,
    `start it with PostgreSQL ${version}, as the user to whom the directory belongs and who is not root:`,
    "  # code of the database's owner runs with it, without a sandbox, and may do all that this user may",
    `  pg_ctl -D ${place} -w -t 3600 start`,
    `  psql -X -h ${quote([socketDirectoryOf(directory)])} -U postgres postgres`,
  ];
}
