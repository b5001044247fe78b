/** The core of `archive verify`: reads, judges, and puts the verdict into its document and into lines for a person. */
import { readArchive } from "../archive/reading/facts.js";
import { formatLocation, parseLocation } from "../archive/names/location.js";
import { lossText } from "../archive/judgement/loss.js";
import type { Problem, VerdictName } from "../archive/judgement/problem.js";
import { unreadVerdict, recoveryPointText, type ArchiveVerdict } from "../archive/judgement/verdict.js";
import { verifyArchive } from "../archive/judgement/verify.js";
import { CATALOGUE, EXIT, RecoverError } from "../errors.js";
import type { ArchiveStore } from "../ports/object-store.js";
import { counted } from "../counted.js";

export interface ArchiveVerifyOptions {
  readonly store: ArchiveStore;
  /** s3://BUCKET/PREFIX */
  readonly location: string;
  /** Only "wal-e" for now. */
  readonly reader?: string;
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
  requireReader(options.reader ?? "wal-e");
  const location = parseLocation(options.location);
  const verdict = await judge(options.store, location);
  const document = {
    schema: "dingo-recover/archive-verify@1",
    location: formatLocation(location),
    ...verdict,
  } as const;
  return { document, exitCode: EXIT_OF[verdict.verdict], lines: verdictLines(document) };
}

async function judge(store: ArchiveStore, location: ReturnType<typeof parseLocation>): Promise<ArchiveVerdict> {
  try {
    return verifyArchive(await readArchive(store.reader(), location));
  } catch (error) {
    if (!(error instanceof RecoverError) || !leavesUnknown(error)) throw error;
    return unreadVerdict({ code: error.code, key: "", message: `${error.message}. ${error.remedy}` });
  }
}

/** Refusals and silence, and an archive that changes while it is read. */
function leavesUnknown(error: RecoverError): boolean {
  return CATALOGUE[error.code].exit === "unreachable" || error.code === "object-changed";
}

function requireReader(reader: string): void {
  if (reader === "wal-e") return;
  throw new RecoverError("usage", `"${reader}" is not a reader that this version has`, {
    remedy: "Leave out --reader, or give --reader wal-e.",
    effect: "none",
  });
}

function verdictLines(document: ArchiveVerifyDocument): readonly string[] {
  const { recoveryPoint: point, systemId, postgresVersion: version, problems } = document;
  return [
    `${document.location}: ${document.verdict}`,
    ...(version === null ? [] : [`PostgreSQL ${version}, system identifier ${systemId ?? "not known"}`]),
    ...document.baseBackups.map(
      ({ name, usable, why }) => `base backup ${name}: ${usable ? "usable" : "not usable"}, ${why}`,
    ),
    ...document.timelines.map(
      (range) => `timeline ${range.timeline}: ${counted(range.segments, "segment")}, ${range.first} to ${range.last}`,
    ),
    ...document.gaps.map((gap) => `gap of ${counted(gap.segments, "segment")}: ${gap.first} to ${gap.last}`),
    ...(point === null ? [] : [`recovery point: ${recoveryPointText(point)}`, lossText(document.loss)]),
    ...problems.map(problemLine),
  ];
}

/** Keys are quoted: they may hold any character. */
function problemLine({ code, key, message }: Problem): string {
  return `${code}: ${key === "" ? "" : `${JSON.stringify(key)}: `}${message}`;
}
