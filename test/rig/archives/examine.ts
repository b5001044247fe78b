/**
 * One case from end to end: a copy of the archive, the damage, the tool's verdict, and the result of a real restore.
 */
import type { ArchiveVerifyDocument } from "../../../src/cli/commands/archive/archive-verify-core.ts";
import type { Archiver } from "./archiver.ts";
import type { ArchiveName, Archives } from "./archives.ts";
import type { Case } from "./cases/case.ts";
import { judge } from "./judge.ts";
import type { Made } from "./made.ts";
import { type OwnOutcome, ownOutcome } from "./own-reader.ts";
import { type Outcome, restore } from "./restore.ts";
import { Snapshot } from "./snapshot.ts";
import { WalE } from "./wal-e.ts";
import { WalG } from "./wal-g.ts";

export interface Examined {
  readonly made: Made;
  readonly document: ArchiveVerifyDocument;
  /** The result of the real programs. */
  readonly outcome: Outcome;
  /** The result of this tool's own reader; undefined if it cannot be asked for the same. */
  readonly own: OwnOutcome | undefined;
}

let copies = 0;

export async function examine(archives: Archives, name: ArchiveName, given: Case): Promise<Examined> {
  const made = await archives.make(name);
  const { workshop } = archives;
  copies += 1;
  const snapshot = await Snapshot.take(workshop.objects, made, `${name}-${copies}`);
  await given.damage?.(snapshot, archives);
  const document = await judge(workshop.objects, snapshot.prefix, given);
  const outcome = await restore(
    { workshop, version: made.version, archiver: programFor(archives, made, given).on(snapshot.prefix) },
    {
      base: "base" in given ? (made.bases[given.base] ?? "") : "LATEST",
      recovery: { timeline: given.timeline ?? "latest" },
    },
  );
  const own =
    given.timeline === undefined && given.reader === undefined ? await ownOutcome(archives, snapshot) : undefined;
  return { made, document, outcome, own };
}

function programFor({ workshop }: Archives, { archiver }: Made, { reader }: Case): Archiver {
  if (reader === undefined || reader === archiver.reader) return archiver;
  return reader === "wal-e"
    ? new WalE(workshop, archiver.prefix)
    : new WalG(workshop, archiver.prefix, { compression: "lz4" });
}
