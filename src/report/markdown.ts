/**
 * The incident report in Markdown: a pure function of the journal. Whatever came from outside (names, log lines,
 * messages, inputs) is escaped. Domain facts are found by the ids of the actions that found them, as journaled.
 */
import type { Entry } from "../journal/entry.js";
import { databases, type ReportedBatch, unfinishedBatch } from "./batch.js";
import { type Ending, endingOf, entriesOf, outputField, outputList, type UnitDigest, unitsOf } from "./digest.js";
import { section, table, text } from "./escape.js";
import {
  byHand,
  changes,
  decisions,
  drift,
  evidence,
  leftOpen,
  notes,
  steps,
  troubles,
  takenBack,
} from "./sections.js";
import { timeline } from "./timeline.js";
import { between, Times } from "./times.js";

export interface Chain {
  /** Whether every line's hash fits the next one. */
  readonly holds: boolean;
  /** SHA-256 of the last line. */
  readonly head: string;
}

export interface ReportOptions {
  /** Of the local times; absent: that of the machine. */
  readonly timeZone?: string;
  /** Of the run that has agreed on a batch: what became of it. */
  readonly batch?: ReportedBatch | undefined;
}

const CHECK = "platform.check";
const FIND = "discovery.find-deleted-instance";
const VERIFY = "archive.verify-source";
const CREATE = "cf.create-service";
const PROVE = "recovery.prove-restored";
const SUMMARISE = "recovery.summarise";

export function reportMarkdown(entries: readonly Entry[], chain: Chain, options: ReportOptions = {}): string {
  const times = new Times(options.timeZone);
  const { batch } = options;
  const units = unitsOf(entries);
  const lines = [
    `# Recovery of ${text(targetOf(entries) ?? "a deleted service")}`,
    "",
    ...warnings(entries, units, { chain, batch }),
    ...section("Summary", summary(entries, units, { chain, times, batch })),
    ...(batch === undefined ? [] : section("Databases of the batch", databases(batch))),
    ...results(entries, units),
    ...section("Timeline", timeline(entries, times)),
    ...section("Decisions and approvals", decisions(entries, times)),
    ...section("Steps", steps(units)),
    ...section("Done by hand", byHand(units)),
    ...section("What went wrong on the way", troubles(entries, times)),
    ...section("Drift", drift(entries, times)),
    ...section("Still open", leftOpen(entries)),
    ...section("What the changing steps were called with", changes(units)),
    ...section("The way back, as noted before each change", notes(entries, times)),
    ...section("Evidence", evidence(entries)),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** What a recovery brought is not there any more once a step of it was taken back. */
function results(entries: readonly Entry[], units: readonly UnitDigest[]): string[] {
  const back = entries.findIndex((entry) => entry.type === "run-resumed" && entry.back === true);
  const undone = back < 0 ? [] : entriesOf(entries.slice(back), "step-undone").filter(({ again }) => again !== true);
  if (undone.length > 0) return section("What was taken back", takenBack(undone));
  return [
    ...section("What is back", bullets(outputList(units, SUMMARISE, "recovered"))),
    ...section("What was left aside", bullets(outputList(units, SUMMARISE, "left_aside"))),
    ...section("What to do next", bullets(outputList(units, SUMMARISE, "next"))),
  ];
}

function targetOf(entries: readonly Entry[]): string | undefined {
  return entriesOf(entries, "target-fixed").at(-1)?.target;
}

/** What a reader must know before the first fact. */
function warnings(
  entries: readonly Entry[],
  units: readonly UnitDigest[],
  { chain, batch }: Omit<About, "times">,
): string[] {
  const [started] = entriesOf(entries, "run-started");
  const told = [
    batch === undefined ? unfinished(endingOf(entries), started?.run) : unfinishedBatch(batch),
    chain.holds
      ? undefined
      : "**The journal's hash chain does not hold.** Lines were changed or lost: `dingo-recover journal verify` names the first bad one.",
    started?.rehearsal === true ? "**This was a rehearsal.** Nothing real was touched." : undefined,
    ...outputList(units, CHECK, "unprotected").map((each) => `**Not protected on its way:** ${text(each)}.`),
  ];
  return told.flatMap((line) => (line === undefined ? [] : [`> ${line}`, ""]));
}

function unfinished(ending: Ending, run: string | undefined): string | undefined {
  if (ending.kind === "ended") return undefined;
  const how =
    ending.kind === "stopped"
      ? `It stopped: ${text(ending.why)}.`
      : "Nothing says that it stopped: it is at work, or it was killed.";
  const next = run === undefined ? "" : ` ${nextStep(ending, run)}`;
  return `**This run is not finished.** ${how}${next}`;
}

function nextStep(ending: Ending, run: string): string {
  if (ending.kind === "stopped" && ending.inVain)
    return "Nothing was created, and resuming would end in the same way: once that is put right, another run is begun.";
  return `Continue with \`dingo-recover resume ${run.replace(/[^A-Za-z0-9._-]/gu, "")}\`.`;
}

interface About {
  readonly chain: Chain;
  readonly times: Times;
  readonly batch: ReportedBatch | undefined;
}

function summary(entries: readonly Entry[], units: readonly UnitDigest[], { chain, times, batch }: About): string[] {
  const [started] = entriesOf(entries, "run-started");
  const ending = endingOf(entries);
  const runbook =
    started === undefined
      ? undefined
      : `${started.runbook} ${started.runbookVersion} (SHA-256 ${started.runbookSha256})`;
  const operator =
    started === undefined ? undefined : `${started.operator} on ${started.host}, dingo-recover ${started.toolVersion}`;
  const isEnded = batch?.isFinished ?? ending.kind === "ended";
  const at = batch?.updatedAt ?? ending.at;
  const rows: [string, string | undefined][] = [
    ["target", targetOf(entries)],
    ["outcome", batch === undefined ? outcome(ending) : `${batch.state}: ${batch.told}`],
    ["deleted instance", deletedInstance(units)],
    ["archive", outputField(units, VERIFY, "location")],
    ["recovery point", recoveryPoint(units)],
    ["loss", loss(units)],
    ["new instance", outputField(units, CREATE, "guid")],
    ["began", started === undefined ? undefined : times.both(started.time)],
    [isEnded ? "ended" : "last entry", at === "" ? undefined : times.both(at)],
    ["took", started === undefined ? undefined : between(started.time, at)],
    ["run", started?.run],
    ["runbook", runbook],
    ["operator", operator],
    ["journal", `${entries.length} entries, head ${chain.head}, hash chain ${chain.holds ? "holds" : "DOES NOT HOLD"}`],
  ];
  return table(
    ["", ""],
    rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, text(value)]])),
  );
}

function outcome(ending: Ending): string {
  switch (ending.kind) {
    case "ended":
      return ending.outcome;
    case "stopped":
      return `not finished: ${ending.why} (exit code ${ending.exitCode})`;
    case "open":
      return "not finished";
  }
}

function deletedInstance(units: readonly UnitDigest[]): string | undefined {
  const guid = outputField(units, FIND, "guid");
  if (guid === undefined) return undefined;
  const [name, deletedAt, deletedBy] = ["name", "deleted_at", "deleted_by"].map((field) =>
    outputField(units, FIND, field),
  );
  return `${name ?? "?"} (${guid})${deletedAt === undefined ? "" : `, deleted ${deletedAt}`}${deletedBy === undefined ? "" : ` by ${deletedBy}`}`;
}

/** PostgreSQL's own word after the restore counts more than what the archive promised before it. */
function recoveryPoint(units: readonly UnitDigest[]): string | undefined {
  const reached = outputField(units, PROVE, "recovered_to");
  const promised = outputField(units, VERIFY, "recovery_point");
  if (reached !== undefined)
    return `last transaction ${reached}${promised === undefined ? "" : `; the archive promised no later than ${promised}`}`;
  return promised === undefined ? undefined : `no later than ${promised} (from the archive; not proved by a restore)`;
}

function loss(units: readonly UnitDigest[]): string | undefined {
  const [inTime, segments] = [outputField(units, VERIFY, "loss"), outputField(units, VERIFY, "lost")];
  if (inTime === undefined && segments === undefined) return undefined;
  return [inTime, segments === undefined ? undefined : `${segments} segments`]
    .filter((part) => part !== undefined)
    .join("; ");
}

function bullets(items: readonly string[]): string[] {
  return items.map((item) => `- ${text(item)}`);
}
