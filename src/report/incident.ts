/**
 * The incident report: a pure function of the journal, before it has a form. Domain facts are found by the ids of the
 * actions that found them, as journaled.
 */
import { type Closing, closingRows, type Ways } from "../kit/text/closing.ts";
import { type Entry, startOf } from "../engine/journal/entry.ts";
import { batchInShort, databases, type ReportedBatch, unfinishedBatch } from "./batch.ts";
import { nameNow, targetOf } from "./called.ts";
import { closingOf, nextLines } from "./closing.ts";
import { type Ending, endingOf, entriesOf, type UnitDigest, unitsOf } from "./digest.ts";
import {
  type Block,
  code,
  type Line,
  list,
  paragraph,
  plain,
  type ReportDocument,
  type Section,
  section,
  strong,
  table,
  tableOf,
  type TableOf,
} from "./document.ts";
import { type Found, foundIn } from "./found.ts";
import { leftOpen } from "./left-open.ts";
import { byHand, changes, decisions, drift, evidence, notes, steps, takenBack, troubles } from "./sections.ts";
import { leftBehind } from "./standing/standing.ts";
import { storageSections } from "./storage.ts";
import { type About, type Chain, isRecovery, summary } from "./summary.ts";
import { timeline } from "./timeline.ts";
import { Times } from "./times.ts";
import { updateOf } from "./update.ts";
import { sentence } from "./sentence.ts";

export interface ReportOptions {
  /** Of the local times; absent: that of the machine. */
  readonly timeZone?: string;
  /** Of the run that has agreed on a batch: what became of it. */
  readonly batch?: ReportedBatch | undefined;
  /** How the run goes on; absent while a process is at work on it. */
  readonly ways?: Ways;
  /** A living process is at work on the run. */
  readonly carried?: boolean;
  /** Of the archive, if a step kept one. */
  readonly picture?: Extract<Block, { kind: "picture" }> | undefined;
  /** Makes its longest tables; absent: whole. */
  readonly tableOf?: TableOf;
}

export function incidentReport(entries: readonly Entry[], chain: Chain, options: ReportOptions = {}): ReportDocument {
  const { batch, picture, carried } = options;
  const units = unitsOf(entries);
  const times = new Times(options.timeZone);
  const found = foundIn(units);
  const about = { chain, times, batch, found };
  const told = { times, tableOf: options.tableOf ?? tableOf };
  return {
    title: titleOf(entries, found),
    warnings: warnings(entries, { ...about, carried }),
    sections: [
      ...section("In short", inShort(closingOf(entries, options.ways), batch, targetOf(entries) ?? "")),
      ...section("Summary", [paragraph(plain(updateOf(entries, { ...about, carried }))), ...summary(entries, about)]),
      ...section("The archive", picture === undefined ? [] : [picture]),
      ...(batch === undefined ? [] : section("Databases of the batch", databases(batch))),
      ...results(entries, found),
      ...findingsSection(units, found),
      ...storageSections(units),
      ...section("Timeline", timeline(entries, { ...told, later: batch?.moments })),
      ...section("Decisions and approvals", decisions(entries, times)),
      ...section("Steps", steps(units)),
      ...section("Done by hand", byHand(units)),
      ...section("What went wrong on the way", troubles(entries, told)),
      ...section("Drift", drift(entries, times)),
      ...section("Still open", leftOpen(entries)),
      ...section("What the changing steps were called with", changes(units)),
      ...section("The way back, as noted before each change", notes(entries, times)),
      ...section("Evidence", evidence(entries)),
    ],
  };
}

/** The end as the screen has told it; commands in a block of their own, to be copied. */
function inShort(closing: Closing | undefined, batch: ReportedBatch | undefined, about: string): readonly Block[] {
  if (batch !== undefined) return batchInShort(batch, about);
  if (closing === undefined) return [];
  // It is looked at already.
  const rows = closingRows({ ...closing, look: [] });
  const commands = rows.flatMap((row) => row.commands);
  return [
    paragraph(strong(closing.says)),
    ...table(
      ["", ""],
      rows.filter(({ texts }) => texts.length > 0).map(({ label, texts }) => [label, texts.join("\n")]),
    ),
    ...(commands.length === 0 ? [] : [{ kind: "code", language: "text", content: commands.join("\n") } as const]),
  ];
}

/** An audit tells its own at length. */
function findingsSection(units: readonly UnitDigest[], { findings }: Found): readonly Section[] {
  if (storageSections(units).length > 0) return [];
  return section("Findings", list(findings.map(({ severity, text }) => `${severity}: ${text}`)));
}

/** `updateOf` alone, of a journal. */
export function incidentUpdate(
  entries: readonly Entry[],
  { timeZone, batch, carried }: Pick<ReportOptions, "timeZone" | "batch" | "carried"> = {},
): string {
  return updateOf(entries, { found: foundIn(unitsOf(entries)), times: new Times(timeZone), batch, carried });
}

function titleOf(entries: readonly Entry[], found: Found): string {
  const started = startOf(entries);
  if (started === undefined) return "A run that has not begun";
  const target = nameNow(entries);
  if (isRecovery(entries, found)) return `Recovery of ${target ?? "a deleted service"}`;
  return target === undefined ? started.runbook : `${started.runbook}: ${target}`;
}

/** The results of a recovery are gone once a step of it was undone. */
function results(entries: readonly Entry[], found: Found): readonly Section[] {
  const back = entries.findIndex((entry) => entry.type === "run-resumed" && entry.back === true);
  const undone = back < 0 ? [] : entriesOf(entries.slice(back), "step-undone").filter(({ again }) => again !== true);
  if (undone.length > 0)
    return [
      ...section("What was taken back", takenBack(undone)),
      ...section("What was left aside", list(leftBehind(entries))),
    ];
  return [
    ...section("What is back", list(found.recovered)),
    ...section("What was left aside", list(found.leftAside)),
    ...section("What to do next", list(nextLines(found, startOf(entries)?.rehearsal === true))),
  ];
}

/**
 * Facts that a reader must know first: the run goes on, the journal is damaged, something was not safe. `carried`: a
 * living process is at work on the run.
 */
function warnings(
  entries: readonly Entry[],
  { chain, batch, found, carried = false }: Omit<About, "times"> & { readonly carried?: boolean | undefined },
): readonly Line[] {
  const started = startOf(entries);
  const ending = endingOf(entries);
  const own = carried && ending.kind !== "ended" ? AT_WORK : unfinished(ending, started?.run);
  const open = batch === undefined ? own : unfinishedBatch(batch);
  return [
    ...(open === undefined ? [] : [open]),
    ...(chain.holds ? [] : [BROKEN]),
    ...(started?.rehearsal === true ? [ending.kind === "ended" ? REHEARSAL : REHEARSING] : []),
    ...found.unprotected.map((each) => [strong("Not protected on its way:"), plain(` ${each}.`)]),
  ];
}

const BROKEN: Line = [
  strong("The journal's hash chain does not hold."),
  plain(" Lines were changed or lost: "),
  code("dingo-recover journal verify"),
  plain(" names the first bad one."),
];

const AT_WORK: Line = [strong("This run is at work."), plain(" This is how far it has come.")];

const REHEARSING: Line = [
  strong("This is a rehearsal."),
  plain(" Nothing real is touched. Its times are those of the box, whose clock may run faster."),
];

const REHEARSAL: Line = [
  strong("This was a rehearsal."),
  plain(" Nothing real was touched. Its times are those of the box, whose clock may run faster."),
];

function unfinished(ending: Ending, run: string | undefined): Line | undefined {
  if (ending.kind === "ended") return undefined;
  const how =
    ending.kind === "stopped"
      ? ` It stopped: ${sentence(ending.why)}`
      : " Nothing says that it stopped: it is at work, or it was killed.";
  return [strong("This run is not finished."), plain(how), ...(run === undefined ? [] : nextStep(ending, run))];
}

function nextStep(ending: Ending, run: string): Line {
  if (ending.kind === "stopped" && ending.inVain)
    return [
      plain(
        " Nothing was created, and resuming would end in the same way: once that is put right, another run is begun.",
      ),
    ];
  return [plain(" Continue with "), code(`dingo-recover resume ${run.replace(/[^A-Za-z0-9._-]/gu, "")}`), plain(".")];
}
