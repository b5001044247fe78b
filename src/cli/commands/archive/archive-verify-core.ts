/** The core of `archive verify`: reads, judges, and puts the verdict into its document and into lines for a person. */
import { type ArchiveFacts, readArchive } from "../../../archive/reading/facts.ts";
import { lastTransactionIn } from "../../../archive/reading/last-transaction.ts";
import { inClear } from "../../../archive/reading/in-clear.ts";
import { READERS, type Reader, seenBy } from "../../../archive/reading/reader.ts";
import { type Cost, CountedReader } from "../../../archive/reading/counted-reader.ts";
import { type Depth, DEPTHS } from "../../../archive/reading/insides.ts";
import { lookedInto } from "../../../archive/reading/looked-into.ts";
import { type ArchiveLocation, formatLocation, parseSource } from "../../../archive/names/location.ts";
import type { TargetTimeline } from "../../../archive/judgement/course.ts";
import { notReadText } from "../../../archive/judgement/assembly.ts";
import { whichText } from "../../../archive/judgement/loss.ts";
import { askedCold } from "../../../archive/asked-cold.ts";
import { expiryOf } from "../../../archive/judgement/expiry.ts";
import { isCold } from "../../../archive/reading/cold.ts";
import { writerOfNewest } from "../../../archive/judgement/study.ts";
import type { VerdictName } from "../../../archive/judgement/problem.ts";
import type { ArchiveVerdict } from "../../../archive/judgement/verdict.ts";
import { type Beside, unreadVerdict, verifyArchive } from "../../../archive/judgement/verify.ts";
import { svgPicture } from "../../../archive/picture/svg.ts";
import type { TerminalOptions } from "../../../archive/picture/terminal.ts";
import { CATALOGUE, EXIT, RecoverError, refuse } from "../../../errors.ts";
import type { Decryption } from "../../../ports/decryption.ts";
import type { ArchiveStore, ObjectReader } from "../../../ports/object-store.ts";
import { type LossRange, lossRange } from "../../../archive/loss.ts";
import { goingOnByCommand } from "../../../kit/text/remedy.ts";
import { verdictLines } from "./verdict-lines.ts";

export interface ArchiveVerifyOptions {
  readonly store: ArchiveStore;
  /** Opens what is encrypted, if a key is given. */
  readonly decryption?: Decryption | undefined;
  /** s3://BUCKET/PREFIX */
  readonly location: string;
  /** "wal-e" or "wal-g"; by default the one that wrote the newest base backup. */
  readonly reader?: string | undefined;
  /** "latest", "current" or a number; by default that which brings back the most. */
  readonly timeline?: string | undefined;
  /** "deep" looks at both ends of every object and reads small base backups, "full" reads everything. */
  readonly depth?: string | undefined;
  readonly progress?: Progress | undefined;
  readonly targetTime?: Date | undefined;
  readonly deletedAt?: Date | undefined;
  readonly now?: Date | undefined;
  /** Of the picture. */
  readonly screen?: TerminalOptions | undefined;
}

export interface ArchiveVerifyDocument extends ArchiveVerdict {
  readonly schema: "dingo-recover/archive-verify@1";
  readonly location: string;
  /** How deep it was looked, and what that took. */
  readonly cost: Cost & { readonly depth: Depth | "names" };
  /** Null if nobody said when the database was deleted, or nothing can be restored. */
  readonly lossRange: LossRange | null;
}

/** Called after each object that was looked into. */
export type Progress = (at: Cost & { readonly done: number; readonly of: number }) => void;

export interface ArchiveVerifyResult {
  readonly document: ArchiveVerifyDocument;
  readonly exitCode: number;
  /** The same for a person. */
  readonly lines: readonly string[];
  /** The picture for a page. */
  readonly svg: () => string;
}

const EXIT_OF: Readonly<Record<VerdictName, number>> = {
  restorable: EXIT.done,
  "restorable-with-loss": EXIT.done,
  "not-restorable": EXIT.nothing,
  unknown: EXIT.unreachable,
};

/** A moment that was asked for and that nothing restores to ends as an archive that cannot be restored. */
function exitOf({ verdict, restorable, pick }: ArchiveVerdict): number {
  return restorable && pick?.base === null ? EXIT.nothing : EXIT_OF[verdict];
}

/** A store that cannot be read is a document with verdict `unknown`; a mistake in the location is thrown. */
export async function archiveVerify(options: ArchiveVerifyOptions): Promise<ArchiveVerifyResult> {
  const beside: Beside = {
    restorer: "person",
    reader: readerNamed(options.reader),
    timeline: timelineNamed(options.timeline),
    targetTime: options.targetTime,
    deletedAt: options.deletedAt,
    now: options.now,
  };
  const location = parseSource(options.location);
  const depth = depthNamed(options.depth);
  const reader = new CountedReader(options.store.reader());
  const { decryption, progress } = options;
  const { lossRange: range, ...verdict } = await judge(reader, {
    location,
    beside,
    depth,
    decryption,
    progress,
  });
  const document = {
    schema: "dingo-recover/archive-verify@1",
    location: formatLocation(location),
    ...verdict,
    lossRange: range,
    cost: { depth: depth ?? "names", ...reader.cost },
  } as const;
  return {
    document,
    exitCode: exitOf(verdict),
    lines: verdictLines(document, options.screen),
    svg: () => svgPicture(document, document.location),
  };
}

interface Asked {
  readonly location: ArchiveLocation;
  readonly beside: Beside;
  readonly depth: Depth | undefined;
  readonly decryption: Decryption | undefined;
  readonly progress: Progress | undefined;
}

type Judged = ArchiveVerdict & Pick<ArchiveVerifyDocument, "lossRange">;

async function judge(counted: CountedReader, asked: Asked): Promise<Judged> {
  const { location, beside, depth, progress } = asked;
  const reader = inClear(counted, asked.decryption);
  try {
    const read = await readArchive(reader, location, { times: true });
    const facts = await askedCold(reader, read, beside);
    const expiry = expiryOf(facts.entries, await reader.lifecycle(location.bucket));
    const known = { ...beside, expiry, reader: beside.reader ?? writerOfNewest(facts) };
    const seen = seenBy(known.reader, facts);
    const told = (done: number, of: number): void => progress?.({ done, of, ...counted.cost });
    const insides =
      depth === undefined
        ? {}
        : await lookedInto(reader, seen, { depth, cold: (entry) => isCold(facts, entry), progress: told });
    const verdict = verifyArchive({ ...facts, ...insides }, known);
    return { ...verdict, lossRange: await rangeOf(reader, seen, { verdict, deletedAt: beside.deletedAt }) };
  } catch (error) {
    if (!(error instanceof RecoverError) || !leavesUnknown(error)) throw error;
    const reason = { code: error.code, key: "", message: `${error.message}. ${goingOnByCommand(error.remedy)}` };
    return { ...unreadVerdict(reason, beside.reader), lossRange: null };
  }
}

/** Here nothing shows how the server ended: that stands in logs. */
async function rangeOf(
  reader: ObjectReader,
  facts: ArchiveFacts,
  { verdict, deletedAt }: { readonly verdict: ArchiveVerdict; readonly deletedAt: Date | undefined },
): Promise<LossRange | null> {
  const { recoveryPoint: point, loss } = verdict;
  if (point === null || deletedAt === undefined) return null;
  return lossRange({
    segments: loss.segments,
    which: loss.segments === 0 ? "" : whichText(loss),
    lastTransaction: await lastTransactionIn(reader, facts, point.segment),
    stored: point.time,
    deletedAt: deletedAt.toISOString(),
    shown: "",
    readInFull: notReadText(verdict.look) === "",
  });
}

/** Refusals and silence, and an archive that changes while it is read. */
function leavesUnknown(error: RecoverError): boolean {
  return CATALOGUE[error.code].exit === "unreachable" || error.code === "object-changed";
}

function readerNamed(name: string | undefined): Reader | undefined {
  const reader = READERS.find((each) => each === name);
  if (name === undefined || reader !== undefined) return reader;
  throw refuse("usage", `"${name}" is not a reader of archives`).advise(
    "Give --reader wal-e or --reader wal-g, or leave it out.",
  );
}

function depthNamed(name: string | undefined): Depth | undefined {
  const depth = DEPTHS.find((each) => each === name);
  if (name === undefined || depth !== undefined) return depth;
  throw refuse("usage", `"${name}" is no depth to look at`).advise("Give --deep or --deep=full, or leave it out.");
}

function timelineNamed(text: string | undefined): TargetTimeline | undefined {
  if (text === undefined || text === "latest" || text === "current") return text;
  if (/^[1-9][0-9]{0,9}$/.test(text) && Number(text) <= 0xffffffff) return Number(text);
  throw refuse("usage", `"${text}" is not a timeline`).advise(
    "Give --timeline latest, current or the number of a timeline, in decimal, or leave it out.",
  );
}
