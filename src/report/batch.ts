/** A batch in its report: the databases that were agreed on, and the run of each. Its own journal ends before the first. */
import { type Block, code, type Line, paragraph, plain, strong, table } from "./document.ts";
import type { Moment } from "./timeline.ts";

export interface ReportedBatch {
  /** How many are back, as a clause. */
  readonly told: string;
  /** As that of a run. */
  readonly state: string;
  readonly isFinished: boolean;
  /** ISO 8601: the last entry of any of its runs. */
  readonly updatedAt: string;
  /** The command that goes on with the rest. */
  readonly goOnWith: string;
  /** Of the runs of its databases, the oldest first. */
  readonly moments: readonly Moment[];
  readonly members: readonly {
    readonly name: string;
    readonly guid: string;
    readonly state: string;
    /** Empty if none has begun. */
    readonly run: string;
    /** Why its run stopped, or cannot be read; else empty. */
    readonly why: string;
    /** Rows and last transaction, and the loss; empty if it is not back. */
    readonly back: string;
    readonly lost: string;
  }[];
}

/** As the screen has told it: the end of the batch's own run is the agreement alone. */
export function batchInShort({ told, members }: ReportedBatch, about: string): readonly Block[] {
  const rows = members.map(({ name, state, why, back, lost }) => {
    const how = [state === "recovered" ? "is back" : state, back, lost, why].filter((text) => text !== "");
    return [name, how.join("; ")];
  });
  return [paragraph(strong(`${about}: ${told}.`)), ...table(["", ""], rows)];
}

export function databases({ members }: ReportedBatch): readonly Block[] {
  return table(
    ["database", "GUID", "state", "what is back", "what is lost", "run", "why"],
    members.map(({ name, guid, state, back, lost, run, why }) => [name, guid, state, back, lost, run, why]),
  );
}

export function unfinishedBatch({ isFinished, told, goOnWith }: ReportedBatch): Line | undefined {
  if (isFinished) return undefined;
  return [strong("This batch is not finished."), plain(` ${told}. Continue with `), code(goOnWith), plain(".")];
}
