/** Folds a journal into the changes that its run has made, or may have made. */
import { type Entry, unitName } from "../../engine/journal/entry.ts";
import type { Change, TakenBack } from "./fact.ts";

export interface Course {
  readonly change: Change;
  /**
   * `open`: it may have had its effect, in whole or in part, or it is being taken back. `failed`: its proof failed, and
   * what it noted that it did about that stands. `gone`: it had an effect, and a later probe found none.
   */
  readonly is: "done" | "open" | "failed" | "gone" | "undone";
  /** It is known to have had an effect, in this attempt or in one before it. */
  readonly touched: boolean;
  /** A later look has found its fact otherwise, or could not tell; undefined if none has. */
  readonly drift?: Drift;
  /** How far it was taken back. */
  readonly back: TakenBack;
}

interface Drift {
  readonly evidence: string;
  /** The run was resumed since: the next step begins only after a new look. */
  readonly old: boolean;
}

/** In the order in which they were begun, or taken back, last. */
export function changesOf(entries: readonly Entry[]): readonly Course[] {
  const courses = new Map<string, Course>();
  for (const entry of entries) follow(courses, entry);
  return [...courses.values()];
}

function follow(courses: Map<string, Course>, entry: Entry): void {
  if (entry.type === "run-resumed" || entry.type === "step-started") lookAnew(courses, entry.type);
  // A question may be about no step, and changes nothing.
  if (!("step" in entry) || entry.type === "asked" || entry.type === "answered") return;
  const unit = unitName(entry);
  const course = courses.get(unit);
  if (entry.type === "step-started" && entry.back !== true) return begin(courses, unit, { entry, course });
  if (course === undefined) return;
  const { change, back } = course;
  switch (entry.type) {
    case "step-started":
      courses.set(unit, { ...course, is: "open", touched: true, back: { ...back, went: true } });
      return;
    case "step-recorded":
      courses.set(unit, { ...course, change: { ...change, notes: [...change.notes, entry] } });
      return;
    case "step-succeeded":
      return done(courses, unit, { entry, course });
    case "step-failed":
      return fail(courses, { unit, course, entry });
    case "decided":
      if (entry.back === true) courses.set(unit, { ...course, back: { ...back, byWord: true } });
      return;
    case "drift-found":
      courses.set(unit, { ...course, drift: { evidence: entry.evidence, old: false } });
      return;
    case "step-in-doubt":
      courses.set(unit, { ...course, is: "open" });
      return;
    case "step-undone":
      if (entry.again === true) return void courses.set(unit, { ...course, is: "open" });
      courses.delete(unit);
      // Beside a later attempt of the unit, which is another change.
      courses.set(`${unit} ${entry.seq}`, {
        ...{ ...course, is: "undone" },
        back: { ...back, evidence: entry.evidence, found: entry.found === true },
      });
      return;
    default:
  }
}

/** Each resume looks at all facts again, and notes a drift anew: one that it did not note again holds. */
function lookAnew(courses: Map<string, Course>, type: "run-resumed" | "step-started"): void {
  for (const [unit, { drift, ...course }] of courses) {
    if (drift === undefined) continue;
    if (type === "run-resumed") courses.set(unit, { ...course, drift: { ...drift, old: true } });
    else if (drift.old) courses.set(unit, course);
  }
}

function done(
  courses: Map<string, Course>,
  unit: string,
  { entry: { output, evidence }, course }: { entry: Extract<Entry, { type: "step-succeeded" }>; course: Course },
): void {
  courses.set(unit, { ...course, is: "done", touched: true, change: { ...course.change, output, evidence } });
}

const NOT_BACK: TakenBack = { evidence: "", went: false, found: false, byWord: false };

interface Begun {
  readonly entry: Extract<Entry, { type: "step-started" }>;
  readonly course: Course | undefined;
}

function begin(courses: Map<string, Course>, unit: string, { entry, course }: Begun): void {
  const { action, input, effect, run } = entry;
  if (effect === "read") return;
  const notes = course?.change.notes ?? [];
  courses.delete(unit);
  courses.set(unit, {
    change: { unit, run, action, input, output: undefined, notes },
    is: "open",
    touched: course?.touched ?? false,
    back: NOT_BACK,
  });
}

function fail(
  courses: Map<string, Course>,
  { unit, course, entry }: { unit: string; course: Course; entry: Extract<Entry, { type: "step-failed" }> },
): void {
  if (entry.back === true) return;
  const touched = course.touched || entry.probed !== "not-done";
  if (entry.error.code === "proof-failed" && course.change.notes.length > 0)
    courses.set(unit, { ...course, is: "failed", touched });
  else if (entry.probed !== "not-done") courses.set(unit, { ...course, touched });
  else if (touched) courses.set(unit, { ...course, is: "gone" });
  else courses.delete(unit);
}
