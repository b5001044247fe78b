/** The timeline: each entry of the journal as one sentence. Entries that only the machine needs are left out. */
import type { Entry } from "../engine/journal/entry.ts";
import { carried, saidBy, secondOf, unitName } from "./digest.ts";
import type { Block } from "./document.ts";
import type { Told } from "./sections.ts";
import type { Times } from "./times.ts";

export interface Moment {
  /** ISO 8601. */
  readonly time: string;
  readonly what: string;
}

/** `later`: moments of the runs that a batch began; they come after the batch ended. */
export function timeline(
  entries: readonly Entry[],
  { times, tableOf, later }: Told & { readonly later?: readonly Moment[] | undefined },
): readonly Block[] {
  const happened: Moment[] = [];
  let before: Entry["type"] | undefined;
  for (const [entry, carrier] of carried(entries)) {
    const { time } = entry;
    if (entry.type === "run-resumed" && !entry.takeOver && !ENDS.has(before)) happened.push({ time, what: KILLED });
    const late = entry.type === "run-stopped" && before === "run-ended" ? `behind its end: ${entry.why}` : undefined;
    before = entry.type;
    const isAgreed = entry.type === "run-ended" && later !== undefined;
    const told = isAgreed ? "all were agreed on; each has a run from here on" : sentence(entry, carrier);
    const what = late ?? told;
    if (what !== undefined) happened.push({ time, what });
  }
  happened.push(...(later ?? []));
  const head = ["UTC", ...(times.isUtc ? [] : [times.zone]), "what happened"];
  return tableOf(head, happened, ({ time, what }) => [...stamps(time, times), what]);
}

const ENDS: ReadonlySet<Entry["type"] | undefined> = new Set(["run-stopped", "run-ended", "resource-closed"]);
const KILLED = "no entry says that the process before had stopped: it was killed, or its machine was lost";

/** The local time is one more column, if it differs from UTC. */
function stamps(time: string, times: Times): readonly string[] {
  return times.isUtc ? [times.utc(time)] : [times.utc(time), times.local(time)];
}

function sentence(entry: Entry, carrier: string | undefined): string | undefined {
  return ofRun(entry) ?? ofStep(entry) ?? ofPeople(entry, carrier);
}

function ofRun(entry: Entry): string | undefined {
  switch (entry.type) {
    case "run-started":
      return `${entry.operator} began the run on ${entry.host} with ${entry.runbook} ${entry.runbookVersion}`;
    case "run-resumed":
      if (entry.imported === true) return `${entry.operator} took the run in from elsewhere, on ${entry.host}`;
      if (entry.takeOver) return `${entry.operator} took the run over on ${entry.host}`;
      return `${entry.operator} ${entry.back === true ? "went to undo the run" : "resumed the run"} on ${entry.host}`;
    case "target-fixed":
      return `the target is ${entry.target}`;
    case "run-stopped":
      return `the run stopped (exit code ${entry.exitCode}): ${entry.why}`;
    case "run-ended":
      return `the run ended: ${entry.outcome}`;
    default:
      return undefined;
  }
}

function ofStep(entry: Entry): string | undefined {
  switch (entry.type) {
    case "step-started":
      if (entry.back === true) return `${unitName(entry)} began to be taken back`;
      return `${unitName(entry)} began${entry.attempt > 1 ? ` (attempt ${entry.attempt})` : ""}`;
    case "step-succeeded":
      return `${unitName(entry)} ${SUCCEEDED[entry.how]}${headOf(entry.evidence) === "" ? "" : `: ${headOf(entry.evidence)}`}`;
    case "step-failed":
      return `${unitName(entry)} ${entry.back === true ? "could not be taken back" : "failed"}: ${entry.error.message}`;
    case "step-in-doubt":
      return `${unitName(entry)} ${entry.back === true ? "is taken back in doubt" : "is in doubt"}: ${entry.evidence}`;
    case "step-skipped":
      return `${unitName(entry)} was not needed and skipped`;
    case "step-undone":
      return `${unitName(entry)} ${entry.again === true ? "was opened anew" : "was undone"}: ${entry.evidence}`;
    case "waited":
      return `${unitName(entry)} waited: ${entry.error.message}`;
    case "drift-found":
      return `${unitName(entry)} no longer holds: ${entry.evidence}`;
    default:
      return undefined;
  }
}

/** The first line; the table of steps has the rest. */
const headOf = (evidence: string): string => evidence.split("\n", 1)[0] ?? "";

const SUCCEEDED = { ran: "succeeded", adopted: "was found done and adopted", "by-hand": "was done by hand" } as const;

function ofPeople(entry: Entry, carrier: string | undefined): string | undefined {
  switch (entry.type) {
    case "approved":
      return [`approved by ${saidBy(entry, carrier)}: ${entry.steps.join(", ")}`, secondOf(entry) ?? []]
        .flat()
        .join("; ");
    case "decided":
      return `decided by ${saidBy(entry, carrier)} for ${unitName(entry)}: ${entry.decision}`;
    case "answered":
      return `${unitName(entry)}: the question "${entry.question}" was answered by ${saidBy(entry, carrier)}`;
    case "input-given":
      return `the input ${entry.name} was given by ${saidBy(entry, carrier)}`;
    case "runbook-accepted":
      return `a changed runbook was accepted by ${saidBy(entry, carrier)}`;
    default:
      return undefined;
  }
}
