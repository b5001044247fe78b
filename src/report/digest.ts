/** The digest of a journal, for reports: the run, its steps in the order in which they began, and their findings. */
import type { JsonObject, PrintedCommand } from "../action.ts";
import { isLasting } from "../errors.ts";
import {
  endOf,
  type Entry,
  type EntryBody,
  type EntryHeader,
  unitName as nameOfUnit,
} from "../engine/journal/entry.ts";

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
  /** Time of the last entry about its outcome; undefined if none was journaled. */
  readonly endedAt: string | undefined;
  /** At work on it, from the beginning to the end of each attempt; undefined if the last one has no end. */
  readonly tookMs: number | undefined;
  /** "ran", "adopted", "by-hand", "failed", "in doubt", "undone", "opened anew", "skipped" (found unwanted then), or "begun" if the outcome is missing. */
  readonly state: string;
  readonly evidence: string;
  readonly input: JsonObject;
  /** As they were printed; empty if the journal has none. */
  readonly commands: readonly PrintedCommand[];
  readonly output: JsonObject | undefined;
}

export function unitName(unit: { readonly step?: string; readonly item?: string }): string {
  return unit.step === undefined ? "the run" : nameOfUnit({ ...unit, step: unit.step });
}

export function unitsOf(entries: readonly Entry[]): readonly UnitDigest[] {
  const courses = new Map<string, Course>();
  const idle = new Idle();
  for (const entry of entries) {
    idle.hear(entry);
    // A way back is no attempt of the step: what was done, and what it gave, is told as it was.
    if (!isOfCourse(entry) || "back" in entry) continue;
    const name = unitName(entry);
    const course = courses.get(name);
    if (entry.type !== "step-started") course?.conclude(entry, idle.ms);
    else if (course === undefined) courses.set(name, new Course(name, entry, idle.ms));
    else course.beginAgain(entry, idle.ms);
  }
  return [...courses.values()].map((course) => course.digest());
}

/** How long nobody was at work, up to now: a question stood without an answer, or the run without a process. */
class Idle {
  ms = 0;
  #before: Entry | undefined;

  hear(entry: Entry): void {
    const before = this.#before;
    this.#before = entry;
    if (before === undefined) return;
    // Any other entry after a question means that nobody answered it.
    const isIdle = entry.type === "run-resumed" || (before.type === "asked" && ANSWERS.has(entry.type));
    if (isIdle) this.ms += Math.max(0, Date.parse(entry.time) - Date.parse(before.time));
  }
}

/** Approvals and decisions are answers as well; a stop at a question is one of its kind. */
const ANSWERS: ReadonlySet<Entry["type"]> = new Set(["answered", "approved", "decided", "run-stopped"]);

type Start = EntryOf<"step-started">;
type End = EntryOf<"step-succeeded" | "step-failed" | "step-in-doubt" | "step-undone" | "step-skipped">;

function isOfCourse(entry: Entry): entry is Start | End {
  switch (entry.type) {
    case "step-started":
    case "step-succeeded":
    case "step-failed":
    case "step-in-doubt":
    case "step-undone":
    case "step-skipped":
      return true;
    default:
      return false;
  }
}

/** The course of a unit up to now. It may have thousands of attempts, of which the last is told. */
class Course {
  readonly #name: string;
  readonly #startedAt: string;
  #start: Start;
  #end: End | undefined;
  #idleBefore: number;
  /** Of the attempts before this one whose end was written down. */
  #workedBefore = 0;
  /** Of this one. */
  #workedMs: number | undefined;
  #output: JsonObject | undefined;

  /** `idle`, here and below: for how long nobody had been at work in the run so far. */
  constructor(name: string, start: Start, idle: number) {
    this.#name = name;
    this.#startedAt = start.time;
    this.#idleBefore = idle;
    this.#start = start;
  }

  beginAgain(start: Start, idle: number): void {
    this.#start = start;
    this.#end = undefined;
    this.#idleBefore = idle;
    this.#workedBefore += this.#workedMs ?? 0;
    this.#workedMs = undefined;
    this.#output = undefined;
  }

  conclude(end: End, idle: number): void {
    this.#end = end;
    // To be taken back, opened anew or found unwanted then is no work on it.
    const isWork = end.type !== "step-undone" && end.type !== "step-skipped";
    if (isWork) this.#workedMs = Date.parse(end.time) - Date.parse(this.#start.time) - (idle - this.#idleBefore);
    if (end.type === "step-succeeded") this.#output = end.output;
    else if (!isWork) this.#output = undefined;
  }

  digest(): UnitDigest {
    const { step, action, effect, input, attempt, commands = [] } = this.#start;
    return {
      name: this.#name,
      ...{ step, action, effect, input, commands },
      attempts: attempt,
      startedAt: this.#startedAt,
      endedAt: this.#end?.time,
      tookMs: this.#workedMs === undefined ? undefined : this.#workedBefore + this.#workedMs,
      ...(this.#end === undefined ? { state: "begun", evidence: "" } : conclusionOf(this.#end)),
      output: this.#output,
    };
  }
}

function conclusionOf(end: End): Pick<UnitDigest, "state" | "evidence"> {
  switch (end.type) {
    case "step-succeeded":
      return { state: end.how, evidence: end.evidence };
    case "step-failed":
      return { state: "failed", evidence: end.error.message };
    case "step-in-doubt":
      return { state: "in doubt", evidence: end.evidence };
    case "step-undone":
      return { state: end.again === true ? "opened anew" : "undone", evidence: end.evidence };
    case "step-skipped":
      return { state: "skipped", evidence: end.why };
  }
}

/** The output of the last step with this action that has one. */
export const lastOutput = (units: readonly UnitDigest[], action: string): UnitDigest["output"] =>
  units.findLast((unit) => unit.action === action && unit.output !== undefined)?.output;

/** A text field of what the last step with this action returned; undefined if it is absent or empty. */
export function outputField(units: readonly UnitDigest[], action: string, field: string): string | undefined {
  const value = lastOutput(units, action)?.[field];
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function outputList(units: readonly UnitDigest[], action: string, field: string): readonly string[] {
  const value = lastOutput(units, action)?.[field];
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
  const end = endOf(entries);
  if (end !== undefined) return { kind: "ended", outcome: end.outcome, at: end.time };
  if (last?.type === "run-stopped") {
    const touched = entriesOf(entries, "step-started").some(({ effect }) => effect !== "read");
    const inVain = !touched && isLasting(last.error?.code ?? "");
    return { kind: "stopped", why: last.why, exitCode: last.exitCode, at, inVain };
  }
  return { kind: "open", at };
}

/** Each entry with who carried the run then: the person to whom the tool spoke. */
export function* carried(entries: readonly Entry[]): Generator<readonly [entry: Entry, carrier: string | undefined]> {
  let carrier: string | undefined;
  for (const entry of entries) {
    if (entry.type === "run-started" || entry.type === "run-resumed") carrier = entry.operator;
    yield [entry, carrier];
  }
}

/** The person, and how it was said if that was no answer to a question. */
export function saidBy({ by, operator }: Said, carrier: string | undefined): string {
  const person = operator ?? carrier;
  if (person === undefined) return by;
  return by === "operator" ? person : `${person} (${by})`;
}

/** Of former versions: the second of two persons, as a file of signers named them then. */
export function secondOf({ second }: EntryOf<"approved">): string | undefined {
  if (second === undefined) return undefined;
  const { operator, other } = second;
  return `signed as ${operator.principals.join(", ")}; and by ${other.principals.join(", ")} (key ${other.key})`;
}

interface Said {
  readonly by: string;
  readonly operator?: string;
}
