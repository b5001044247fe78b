/** The parts of a report below its summary, each empty where the journal has nothing to say. */
import type { EvidenceRef, Json } from "../action.js";
import type { Entry } from "../journal/entry.js";
import { entriesOf, type UnitDigest, decidedBy, unitName } from "./digest.js";
import { block, table, text } from "./escape.js";
import { lasting, type Times } from "./times.js";

/** Who said what: inputs, answers, approvals, decisions. */
export function decisions(entries: readonly Entry[], times: Times): string[] {
  const rows = entries.flatMap((entry) => {
    const row = decisionRow(entry);
    return row === undefined ? [] : [[times.utc(entry.time), ...row.map(text)]];
  });
  return table(["UTC", "who", "about", "what"], rows);
}

function decisionRow(entry: Entry): readonly [string, string, string] | undefined {
  switch (entry.type) {
    case "input-given":
      return [entry.by, `input ${entry.name}`, shown(entry.value)];
    case "answered":
      return [entry.by, `${unitName(entry)}: ${entry.question}`, entry.value];
    case "approved":
      return [entry.by, entry.steps.join(", "), "approved"];
    case "decided":
      return [decidedBy(entry), unitName(entry), `${entry.decision} (${entry.why})`];
    case "runbook-accepted":
      return [entry.by, "the changed runbook", `accepted (${entry.runbookSha256})`];
    case "run-resumed":
      return entry.takeOver ? [`${entry.operator} on ${entry.host}`, "the run", "taken over"] : undefined;
    default:
      return undefined;
  }
}

function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function steps(units: readonly UnitDigest[]): string[] {
  const rows = units.map((unit) => [
    text(unit.name),
    text(unit.action),
    text(unit.effect),
    text(unit.state),
    String(unit.attempts),
    unit.tookMs === undefined ? "" : lasting(unit.tookMs),
    // A cell has one line; what else a step said of its end is broken where the step broke it.
    unit.evidence
      .split("\n")
      .map(text)
      .join("<br>"),
  ]);
  return table(["step", "action", "effect", "how", "attempts", "took", "evidence"], rows);
}

/** With what each changing step was called, and the commands that this came to. */
export function changes(units: readonly UnitDigest[]): string[] {
  return units
    .filter((unit) => unit.effect !== "read")
    .flatMap((unit) => [
      `**${text(unit.name)}** ${text(`${unit.action} (${unit.effect})`)}`,
      "",
      ...block(JSON.stringify(unit.input, null, 2), "json"),
      "",
      ...commandBlock(unit),
    ]);
}

/** The exact commands, as they would be typed; a journal of the first release has only their hash. */
function commandBlock({ commands }: UnitDigest): string[] {
  if (commands.length === 0) return [];
  const lines = commands.flatMap(({ on, line, variables = [] }) => [
    `${on}$ ${line}`,
    ...variables.map(({ name, setWith }) => `  where $${name} is set by: ${setWith}`),
  ]);
  return [...block(lines.join("\n"), "text"), ""];
}

/** What was noted before each effect: the way back. */
export function notes(entries: readonly Entry[], times: Times): string[] {
  return entriesOf(entries, "step-recorded").flatMap((entry) => [
    `**${text(unitName(entry))}** ${text(entry.kind)}, ${times.utc(entry.time)}`,
    "",
    ...block(JSON.stringify(entry.data, null, 2), "json"),
    "",
  ]);
}

export function troubles(entries: readonly Entry[], times: Times): string[] {
  const rows = entries.flatMap((entry) => {
    const what = troubleOf(entry);
    return what === undefined ? [] : [[times.utc(entry.time), ...what.map(text)]];
  });
  return table(["UTC", "step", "what", "remedy"], rows);
}

function troubleOf(entry: Entry): readonly [string, string, string] | undefined {
  switch (entry.type) {
    case "step-failed":
      return [unitName(entry), `failed (${entry.error.code}): ${entry.error.message}`, entry.error.remedy];
    case "waited":
      return [unitName(entry), `waited (${entry.error.code}): ${entry.error.message}`, entry.error.remedy];
    case "step-in-doubt":
      return [unitName(entry), `in doubt: ${entry.evidence}`, entry.error?.remedy ?? ""];
    case "run-stopped":
      return ["the run", `stopped: ${entry.why}`, entry.error?.remedy ?? ""];
    default:
      return undefined;
  }
}

export function drift(entries: readonly Entry[], times: Times): string[] {
  const rows = entriesOf(entries, "drift-found").map((entry) => [
    times.utc(entry.time),
    text(unitName(entry)),
    text(entry.evidence),
  ]);
  return table(["UTC", "step", "what no longer holds"], rows);
}

export function byHand(units: readonly UnitDigest[]): string[] {
  return units
    .filter(({ state }) => state === "by-hand")
    .map(({ name, evidence }) => `- ${text(name)}: ${text(evidence)}`);
}

/** Steps that were undone, in the order in which that happened, with what was seen then. */
export function takenBack(undone: readonly Extract<Entry, { readonly type: "step-undone" }>[]): string[] {
  return undone.map((entry) => `- ${text(unitName(entry))}: ${text(entry.evidence)}`);
}

/** Opened by the run and never closed: what somebody has to clean up. */
export function leftOpen(entries: readonly Entry[]): string[] {
  const key = (kind: string, data: Json): string => `${kind} ${JSON.stringify(data)}`;
  const closed = new Set(entriesOf(entries, "resource-closed").map(({ kind, data }) => key(kind, data)));
  const open = entriesOf(entries, "resource-opened").filter(({ kind, data }) => !closed.has(key(kind, data)));
  return open.map(({ kind, data }) => `- ${text(kind)}: ${text(JSON.stringify(data))}`);
}

/** Every file of evidence that the journal names, once. */
export function evidence(entries: readonly Entry[]): string[] {
  const found = new Map<string, EvidenceRef>();
  for (const entry of entries) collect(entry as unknown as Json, found);
  return table(
    ["evidence", "bytes", "SHA-256"],
    [...found.values()].map((ref) => [text(ref.name), String(ref.bytes), text(ref.sha256)]),
  );
}

function collect(value: Json, found: Map<string, EvidenceRef>): void {
  if (typeof value !== "object" || value === null) return;
  if (isEvidence(value)) found.set(value.sha256, value);
  for (const item of Object.values<Json>(value)) collect(item, found);
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
