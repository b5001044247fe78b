/** The core of `archive verify`: reads, judges, and puts the verdict into its document and into lines for a person. */
import { readArchive } from "../archive/reading/facts.js";
import { READERS, type Reader } from "../archive/reading/reader.js";
import { formatLocation, parseLocation } from "../archive/names/location.js";
import type { TargetTimeline } from "../archive/judgement/course.js";
import type { VerdictName } from "../archive/judgement/problem.js";
import { unreadVerdict, type ArchiveVerdict } from "../archive/judgement/verdict.js";
import { type Beside, verifyArchive } from "../archive/judgement/verify.js";
import { CATALOGUE, EXIT, RecoverError } from "../errors.js";
import type { ArchiveStore } from "../ports/object-store.js";
import { verdictLines } from "./verdict-lines.js";

export interface ArchiveVerifyOptions {
  readonly store: ArchiveStore;
  /** s3://BUCKET/PREFIX */
  readonly location: string;
  /** "wal-e" or "wal-g"; by default the one that wrote the newest base backup. */
  readonly reader?: string | undefined;
  /** "latest" or a number; by default that which brings back the most. */
  readonly timeline?: string | undefined;
  readonly targetTime?: Date | undefined;
  readonly deletedAt?: Date | undefined;
}

export interface ArchiveVerifyDocument extends ArchiveVerdict {
  readonly schema: "dingo-recover/archive-verify@1";
  readonly location: string;
}

export interface ArchiveVerifyResult {
  readonly document: ArchiveVerifyDocument;
  readonly exitCode: number;
  /** The same for a person. */
  readonly lines: readonly string[];
}

const EXIT_OF: Readonly<Record<VerdictName, number>> = {
  restorable: EXIT.done,
  "restorable-with-loss": EXIT.done,
  "not-restorable": EXIT.nothing,
  unknown: EXIT.unreachable,
};

/** A store that cannot be read is a document with verdict `unknown`; a mistake in the location is thrown. */
export async function archiveVerify(options: ArchiveVerifyOptions): Promise<ArchiveVerifyResult> {
  const beside: Beside = {
    restorer: "person",
    reader: readerNamed(options.reader),
    timeline: timelineNamed(options.timeline),
    targetTime: options.targetTime,
    deletedAt: options.deletedAt,
  };
  const location = parseLocation(options.location);
  const verdict = await judge(options.store, location, beside);
  const document = {
    schema: "dingo-recover/archive-verify@1",
    location: formatLocation(location),
    ...verdict,
  } as const;
  return { document, exitCode: EXIT_OF[verdict.verdict], lines: verdictLines(document) };
}

async function judge(
  store: ArchiveStore,
  location: ReturnType<typeof parseLocation>,
  beside: Beside,
): Promise<ArchiveVerdict> {
  try {
    return verifyArchive(await readArchive(store.reader(), location, { times: true }), beside);
  } catch (error) {
    if (!(error instanceof RecoverError) || !leavesUnknown(error)) throw error;
    return unreadVerdict({ code: error.code, key: "", message: `${error.message}. ${error.remedy}` }, beside.reader);
  }
}

/** Refusals and silence, and an archive that changes while it is read. */
function leavesUnknown(error: RecoverError): boolean {
  return CATALOGUE[error.code].exit === "unreachable" || error.code === "object-changed";
}

function readerNamed(name: string | undefined): Reader | undefined {
  const reader = READERS.find((each) => each === name);
  if (name === undefined || reader !== undefined) return reader;
  throw new RecoverError("usage", `"${name}" is not a reader of archives`, {
    remedy: "Give --reader wal-e or --reader wal-g, or leave it out.",
    effect: "none",
  });
}

function timelineNamed(text: string | undefined): TargetTimeline | undefined {
  if (text === undefined || text === "latest") return text;
  if (/^[1-9][0-9]{0,9}$/.test(text) && Number(text) <= 0xffffffff) return Number(text);
  throw new RecoverError("usage", `"${text}" is not a timeline`, {
    remedy: "Give --timeline latest or the number of a timeline, in decimal, or leave it out.",
    effect: "none",
  });
}
