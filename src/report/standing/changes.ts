/** Folds a journal into the changes that its run has made, or may have made. */
import { type Entry, unitName } from "../../engine/journal/entry.ts";
import type { Change } from "./fact.ts";

export interface Course {
  readonly change: Change;
  /**
   * `open`: it may have had its effect, in whole or in part, or it is being taken back. `failed`: its proof failed, and
   * what it noted that it did about that stands.
   */
  readonly is: "done" | "open" | "failed";
}

/** In the order in which they were begun last. */
export function changesOf(entries: readonly Entry[]): readonly Course[] {
  const courses = new Map<string, Course>();
  for (const entry of entries) follow(courses, entry);
  return [...courses.values()];
}

function follow(courses: Map<string, Course>, entry: Entry): void {
  // A question may be about no step, and changes nothing.
  if (!("step" in entry) || entry.type === "asked" || entry.type === "answered") return;
  const unit = unitName(entry);
  const course = courses.get(unit);
  switch (entry.type) {
    case "step-started":
      if (entry.back === true) return leaveOpen(courses, unit, course);
      if (entry.effect === "read") return;
      courses.delete(unit);
      courses.set(unit, { is: "open", change: begun(unit, entry, course) });
      return;
    case "step-recorded":
      if (course === undefined) return;
      courses.set(unit, { ...course, change: { ...course.change, notes: [...course.change.notes, entry] } });
      return;
    case "step-succeeded":
      if (course !== undefined) courses.set(unit, { is: "done", change: { ...course.change, output: entry.output } });
      return;
    case "step-failed":
      return fail(courses, { unit, course, entry });
    case "step-in-doubt":
      return leaveOpen(courses, unit, course);
    case "step-undone":
      if (entry.again === true) return leaveOpen(courses, unit, course);
      courses.delete(unit);
      return;
    default:
  }
}

function fail(
  courses: Map<string, Course>,
  { unit, course, entry }: { unit: string; course: Course | undefined; entry: Extract<Entry, { type: "step-failed" }> },
): void {
  if (course === undefined || entry.back === true) return;
  if (entry.error.code === "proof-failed" && course.change.notes.length > 0)
    courses.set(unit, { ...course, is: "failed" });
  else if (entry.probed === "not-done") courses.delete(unit);
}

function leaveOpen(courses: Map<string, Course>, unit: string, course: Course | undefined): void {
  if (course !== undefined) courses.set(unit, { ...course, is: "open" });
}

function begun(
  unit: string,
  { action, input }: Extract<Entry, { type: "step-started" }>,
  before: Course | undefined,
): Change {
  return { unit, action, input, output: undefined, notes: before?.change.notes ?? [] };
}
