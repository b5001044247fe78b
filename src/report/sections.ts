/** The parts of a report below its summary, each empty if the journal has nothing to say. */
import type { EvidenceRef, Json } from "../action.ts";
import { eachDigest } from "../engine/journal/digests.ts";
import type { Entry } from "../engine/journal/entry.ts";
import { typedLines } from "../kit/text/typed-lines.ts";
import { endingOf, type EntryOf, entriesOf, type UnitDigest, carried, saidBy, secondOf, unitName } from "./digest.ts";
import { type Block, list, paragraph, plain, strong, table, type TableOf } from "./document.ts";
import { lasting, type Times } from "./times.ts";

/** Who said what: inputs, answers, approvals, decisions. */
export function decisions(entries: readonly Entry[], times: Times): readonly Block[] {
  const rows: string[][] = [];
  for (const [entry, carrier] of carried(entries)) {
    if (entry.type === "run-started") rows.push(...givenRows(entry).map((row) => [times.utc(entry.time), ...row]));
    const row = decisionRow(entry, carrier);
    if (row !== undefined) rows.push([times.utc(entry.time), ...row]);
  }
  return table(["UTC", "who", "about", "what"], rows);
}

/** The inputs that stood on the command line or in a file. */
function givenRows({ inputs, defaulted = [], operator }: EntryOf<"run-started">): readonly (readonly string[])[] {
  return Object.entries(inputs)
    .filter(([name]) => !defaulted.includes(name))
    .map(([name, value]) => [operator, `input ${name}`, shown(value)]);
}

function decisionRow(entry: Entry, carrier: string | undefined): readonly [string, string, string] | undefined {
  switch (entry.type) {
    case "input-given":
      return [saidBy(entry, carrier), `input ${entry.name}`, shown(entry.value)];
    case "answered":
      return [saidBy(entry, carrier), `${unitName(entry)}: ${entry.question}`, answerOf(entry)];
    case "approved":
      return [saidBy(entry, carrier), entry.steps.join(", "), ["approved", secondOf(entry) ?? []].flat().join("; ")];
    case "decided":
      return [saidBy(entry, carrier), unitName(entry), `${entry.decision} (${entry.why})`];
    case "runbook-accepted":
      return [saidBy(entry, carrier), "the changed runbook", `accepted (${entry.runbookSha256})`];
    case "run-resumed":
      return resumedRow(entry);
    default:
      return undefined;
  }
}

function resumedRow(entry: EntryOf<"run-resumed">): readonly [string, string, string] | undefined {
  const who = `${entry.operator} on ${entry.host}`;
  if (entry.imported === true)
    return [who, "the run", "taken in from elsewhere: approvals, answers and decisions above do not count any more"];
  return entry.takeOver ? [who, "the run", "taken over"] : undefined;
}

/** An operator who types "done" only claims it; later steps tell whether it is true. */
const answerOf = ({ question, value }: EntryOf<"answered">): string =>
  question === "consent" && value === "by-hand" ? "claimed to be done by hand" : value;

function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function steps(units: readonly UnitDigest[]): readonly Block[] {
  const rows = units.map((unit) => [
    unit.name,
    unit.action,
    unit.effect,
    unit.state,
    String(unit.attempts),
    unit.tookMs === undefined ? "" : lasting(unit.tookMs),
    unit.evidence,
  ]);
  return table(["step", "action", "effect", "how", "attempts", "took", "evidence"], rows);
}

const json = (value: Json): Block => ({ kind: "code", language: "json", content: JSON.stringify(value, null, 2) });

/** With what each changing step was called, and the commands that this came to. */
export function changes(units: readonly UnitDigest[]): readonly Block[] {
  return units
    .filter((unit) => unit.effect !== "read")
    .flatMap((unit) => [
      paragraph(strong(unit.name), plain(` ${unit.action} (${unit.effect})`)),
      json(unit.input),
      ...commandBlock(unit),
    ]);
}

/** The exact commands, as they would be typed; a journal of the first release has only their hash. */
function commandBlock({ commands }: UnitDigest): readonly Block[] {
  if (commands.length === 0) return [];
  return [{ kind: "code", language: "text", content: typedLines(commands).join("\n") }];
}

/** The notes that were taken before each effect: the way back. */
export function notes(entries: readonly Entry[], times: Times): readonly Block[] {
  return entriesOf(entries, "step-recorded").flatMap((entry) => [
    paragraph(strong(unitName(entry)), plain(` ${entry.kind}, ${times.utc(entry.time)}`)),
    json(entry.data),
  ]);
}

export function troubles(entries: readonly Entry[], { times, tableOf }: Told): readonly Block[] {
  const had: { readonly time: string; readonly what: readonly string[] }[] = [];
  const isOver = endingOf(entries).kind === "ended";
  for (const entry of entries) {
    const isLate = isOver && entry.type === "run-stopped" && entry === entries.at(-1);
    const what = isLate
      ? (["the run", `behind its end: ${entry.why}`, entry.error?.remedy ?? ""] as const)
      : troubleOf(entry, isOver);
    if (what !== undefined) had.push({ time: entry.time, what });
  }
  return tableOf(["UTC", "step", "what", "remedy"], had, ({ time, what }) => [times.utc(time), ...what]);
}

/** How the longest tables are told. */
export interface Told {
  readonly times: Times;
  readonly tableOf: TableOf;
}

/** `isOver`: the run has ended since, and there is nothing left to resume. */
function troubleOf(entry: Entry, isOver: boolean): readonly [string, string, string] | undefined {
  switch (entry.type) {
    case "step-failed":
      return [unitName(entry), `failed (${entry.error.code}): ${entry.error.message}`, entry.error.remedy];
    case "waited":
      return [unitName(entry), `waited (${entry.error.code}): ${entry.error.message}`, entry.error.remedy];
    case "step-succeeded":
      if (entry.error === undefined) return undefined;
      return [unitName(entry), `${FOUND_DONE} (${entry.error.code}): ${entry.error.message}`, entry.error.remedy];
    case "step-in-doubt":
      return [unitName(entry), `in doubt: ${entry.evidence}`, entry.error?.remedy ?? ""];
    case "run-stopped":
      return ["the run", `stopped: ${entry.why}`, isOver ? "it went on later" : (entry.error?.remedy ?? "")];
    default:
      return undefined;
  }
}

/** Its effect is there, so the run went on. */
const FOUND_DONE = "found done after an error";

export function drift(entries: readonly Entry[], times: Times): readonly Block[] {
  const rows = entriesOf(entries, "drift-found").map((entry) => [
    times.utc(entry.time),
    unitName(entry),
    entry.evidence,
  ]);
  return table(["UTC", "step", "what no longer holds"], rows);
}

export function byHand(units: readonly UnitDigest[]): readonly Block[] {
  return list(units.filter(({ state }) => state === "by-hand").map(({ name, evidence }) => `${name}: ${evidence}`));
}

/** Steps that were undone, in the order in which that happened, with what was seen then. */
export function takenBack(undone: readonly Extract<Entry, { readonly type: "step-undone" }>[]): readonly Block[] {
  return list(undone.map((entry) => `${unitName(entry)}: ${entry.evidence}`));
}

/** Every file of evidence that the journal names, once. */
export function evidence(entries: readonly Entry[]): readonly Block[] {
  const found = new Map<string, EvidenceRef>();
  eachDigest(entries, (holder) => {
    if (isEvidence(holder)) found.set(holder.sha256, holder);
  });
  return table(
    ["evidence", "bytes", "SHA-256"],
    [...found.values()].map((ref) => [ref.name, String(ref.bytes), ref.sha256]),
  );
}

function isEvidence(value: object): value is EvidenceRef {
  return (
    "sha256" in value &&
    typeof value.sha256 === "string" &&
    "name" in value &&
    typeof value.name === "string" &&
    "bytes" in value &&
    typeof value.bytes === "number"
  );
}
