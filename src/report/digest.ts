/** What a report says of a journal: the run, its steps in the order in which they began, and what they found. */
import type { JsonObject, PrintedCommand } from "../action.js";
import { isLasting } from "../errors.js";
import type { Entry, EntryBody, EntryHeader } from "../journal/entry.js";

export type EntryOf<Type extends EntryBody["type"]> = EntryHeader & Extract<EntryBody, { readonly type: Type }>;

export function entriesOf<Type extends EntryBody["type"]>(
  entries: readonly Entry[],
  type: Type,
): readonly EntryOf<Type>[] {
  return entries.filter((entry): entry is Entry & EntryOf<Type> => entry.type === type);
}

/** A step, or one item of it. */
export interface UnitDigest {
  readonly name: string;
  readonly step: string;
  readonly action: string;
  readonly effect: string;
  readonly attempts: number;
  readonly startedAt: string;
  /** Time of the last entry about its outcome; undefined where none was journaled. */
  readonly endedAt: string | undefined;
  /** From its first beginning to its end, without the time that people took to answer; undefined where it has no end. */
  readonly tookMs: number | undefined;
  /** "ran", "adopted", "by-hand", "failed", "in doubt", "undone", "opened anew", or "begun" where the outcome is missing. */
  readonly state: string;
  readonly evidence: string;
  readonly input: JsonObject;
  /** As they were printed; empty where the journal has none. */
  readonly commands: readonly PrintedCommand[];
  readonly output: JsonObject | undefined;
}

export function unitName(unit: { readonly step?: string; readonly item?: string }): string {
  return unit.item === undefined ? (unit.step ?? "the run") : `${unit.step ?? ""}[${unit.item}]`;
}

export function unitsOf(entries: readonly Entry[]): readonly UnitDigest[] {
  const units = new Map<string, UnitDigest>();
  const answering = new Answering();
  for (const entry of entries) {
    answering.hear(entry);
    if (!("step" in entry)) continue;
    const name = unitName(entry);
    const before = units.get(name);
    // A way back is no attempt of the step: what was done, and what it gave, is told as it was.
    if (isBack(entry)) continue;
    const next = entry.type === "step-started" ? begun(before, entry) : concluded(before, entry);
    if (next !== undefined) units.set(name, { ...next, tookMs: tookMs(next, answering) });
  }
  return [...units.values()];
}

/** How long questions stood without an answer, up to now. */
class Answering {
  #ms = 0;
  #asked: string | undefined;
  readonly #before = new Map<string, number>();

  hear(entry: Entry): void {
    if (entry.type === "asked") this.#asked = entry.time;
    // Approvals and decisions are answers as well; whatever else comes first, nobody answered.
    else if (this.#asked !== undefined) {
      if (ANSWERS.has(entry.type)) this.#ms += Date.parse(entry.time) - Date.parse(this.#asked);
      this.#asked = undefined;
    }
    if (entry.type === "step-started") this.#before.set(unitName(entry), this.#before.get(unitName(entry)) ?? this.#ms);
  }

  since(unit: string): number {
    return this.#ms - (this.#before.get(unit) ?? 0);
  }
}

const ANSWERS: ReadonlySet<Entry["type"]> = new Set(["answered", "approved", "decided"]);

function tookMs({ name, startedAt, endedAt }: UnitDigest, answering: Answering): number | undefined {
  if (endedAt === undefined) return undefined;
  return Date.parse(endedAt) - Date.parse(startedAt) - answering.since(name);
}

const isBack = (entry: Entry): boolean => "back" in entry;

function begun(before: UnitDigest | undefined, entry: EntryOf<"step-started">): UnitDigest {
  const { step, action, effect, input, attempt, time } = entry;
  return {
    name: unitName(entry),
    step,
    action,
    effect,
    input,
    commands: entry.commands ?? [],
    attempts: attempt,
    startedAt: before?.startedAt ?? time,
    endedAt: undefined,
    tookMs: undefined,
    state: "begun",
    evidence: "",
    output: undefined,
  };
}

function concluded(before: UnitDigest | undefined, entry: Entry): UnitDigest | undefined {
  if (before === undefined) return undefined;
  const ended = { ...before, endedAt: entry.time };
  switch (entry.type) {
    case "step-succeeded":
      return { ...ended, state: entry.how, evidence: entry.evidence, output: entry.output };
    case "step-failed":
      return { ...ended, state: "failed", evidence: entry.error.message };
    case "step-in-doubt":
      return { ...ended, state: "in doubt", evidence: entry.evidence };
    case "step-undone":
      return {
        ...ended,
        state: entry.again === true ? "opened anew" : "undone",
        evidence: entry.evidence,
        output: undefined,
      };
    default:
      return undefined;
  }
}

/** A text field of what the last step with this action returned; undefined where it is absent or empty. */
export function outputField(units: readonly UnitDigest[], action: string, field: string): string | undefined {
  const value = units.findLast((unit) => unit.action === action && unit.output !== undefined)?.output?.[field];
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function outputList(units: readonly UnitDigest[], action: string, field: string): readonly string[] {
  const value = units.findLast((unit) => unit.action === action && unit.output !== undefined)?.output?.[field];
  return Array.isArray(value)
    ? value.map((item: unknown) => (typeof item === "string" ? item : JSON.stringify(item)))
    : [];
}

/** How the run stands at the end of its journal. */
export type Ending =
  | { readonly kind: "ended"; readonly outcome: string; readonly at: string }
  | {
      readonly kind: "stopped";
      readonly why: string;
      readonly exitCode: number;
      readonly at: string;
      /** Nothing was created, and the same run would come to the same end. */
      readonly inVain: boolean;
    }
  /** Nothing says that it stopped: it is at work, or it was killed. */
  | { readonly kind: "open"; readonly at: string };

export function endingOf(entries: readonly Entry[]): Ending {
  const last = entries.at(-1);
  const at = last?.time ?? "";
  if (last?.type === "run-ended") return { kind: "ended", outcome: last.outcome, at };
  if (last?.type === "run-stopped") {
    const touched = entriesOf(entries, "step-started").some(({ effect }) => effect !== "read");
    const inVain = !touched && isLasting(last.error?.code ?? "");
    return { kind: "stopped", why: last.why, exitCode: last.exitCode, at, inVain };
  }
  return { kind: "open", at };
}

/** The person, and how the decision was given. */
export function decidedBy({ by, operator }: Extract<Entry, { type: "decided" }>): string {
  return operator === undefined ? by : `${operator} (${by})`;
}
