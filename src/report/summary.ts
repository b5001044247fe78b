/** The table at the top of a report: what everybody asks first. */
import { type Entry, startOf } from "../engine/journal/entry.ts";
import type { ReportedBatch } from "./batch.ts";
import { nameNow, targetOf } from "./called.ts";
import { type Ending, endingOf } from "./digest.ts";
import { type Block, table } from "./document.ts";
import { countsText } from "./findings.ts";
import type { Found } from "./found.ts";
import { lossText } from "../archive/loss.ts";
import { standingText } from "./standing/standing.ts";
import { between, type Times } from "./times.ts";

export interface Chain {
  /** Whether every line's hash fits the next one. */
  readonly holds: boolean;
  /** SHA-256 of the last line. */
  readonly head: string;
}

export interface About {
  readonly chain: Chain;
  readonly times: Times;
  readonly batch: ReportedBatch | undefined;
  readonly found: Found;
}

export function summary(entries: readonly Entry[], { chain, times, batch, found }: About): readonly Block[] {
  const started = startOf(entries);
  const ending = endingOf(entries);
  const isEnded = batch?.isFinished ?? ending.kind === "ended";
  const at = batch?.updatedAt ?? ending.at;
  const rows: [string, string | undefined][] = [
    ["target", targetOf(entries)],
    ["its name now", nameNow(entries) === targetOf(entries) ? undefined : nameNow(entries)],
    ["outcome", batch === undefined ? outcome(ending) : `${batch.state}: ${batch.told}`],
    ["findings", found.findings.length === 0 ? undefined : countsText(found.findings)],
    ["deleted instance", deletedInstance(found)],
    ["archive", found.archive],
    ["last transaction", found.reached],
    ["recovery point of the archive", recoveryPoint(found)],
    // At the end the lines above the table tell it.
    ["loss", isEnded ? undefined : found.loss && lossText(found.loss)],
    ["new instance", found.newInstance],
    ["what stands now", isEnded || started === undefined ? undefined : standingText(entries)],
    ["began", started === undefined ? undefined : times.both(started.time)],
    [isEnded ? "ended" : "last entry", at === "" ? undefined : times.both(at)],
    [isEnded ? "took" : "so far", started === undefined ? undefined : between(started.time, at)],
    ["run", started?.run],
    ["runbook", started && `${started.runbook} ${started.runbookVersion} (SHA-256 ${started.runbookSha256})`],
    ["operator", started && `${started.operator} on ${started.host}, dingo-recover ${started.toolVersion}`],
    ["journal", `${entries.length} entries, head ${chain.head}, hash chain ${chain.holds ? "holds" : "DOES NOT HOLD"}`],
  ];
  return table(
    ["", ""],
    rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, value]])),
  );
}

/** Other runbooks look for no deleted service, unless they say that they have found one. */
export function isRecovery(entries: readonly Entry[], { guid }: Pick<Found, "guid">): boolean {
  const started = startOf(entries);
  return guid !== undefined || started?.runbook.startsWith("recover") === true;
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

function deletedInstance({ guid, name, deletedAt, deletedBy }: Found): string | undefined {
  if (guid === undefined) return undefined;
  const by = deletedBy === undefined ? "" : ` by ${deletedBy}`;
  return `${name ?? "an instance whose name is not known"} (${guid})${deletedAt === undefined ? "" : `, deleted ${deletedAt}`}${by}`;
}

/** PostgreSQL's own word after the restore counts more than what the archive promised before it. */
function recoveryPoint({ reached, promised }: Found): string | undefined {
  if (promised === undefined) return undefined;
  return `no later than ${promised}${reached === undefined ? " (not proved by a restore)" : ""}`;
}
