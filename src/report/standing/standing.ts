/**
 * The state of the world, from a run's journal (law 17). The one place where that is told: screen, `status`, report,
 * `update` and the live page take it from here.
 *
 * It says what the journal has, in the order in which it was done; it looks at nothing. Pure.
 *
 * S1  A change stands from the line that begins it, as not known, until a line tells its end.
 * S2  What was taken back, or did not happen, is not told.
 * S3  A step of which no words are known is told by its name: no change is left out.
 */
import { type Entry, hasTouched } from "../../engine/journal/entry.ts";
import { changesOf, type Course } from "./changes.ts";
import type { Told } from "./fact.ts";
import { OF_HOSTS } from "./of-hosts.ts";
import { OF_RECOVERY } from "./of-recovery.ts";

export const WORDS = { ...OF_RECOVERY, ...OF_HOSTS };

export interface Standing {
  /** Done, and not taken back. */
  readonly done: readonly string[];
  /** Begun, and its end is not known. */
  readonly open: readonly string[];
}

export function standingOf(entries: readonly Entry[]): Standing {
  const done = new Map<string, string>();
  const open: string[] = [];
  for (const course of changesOf(entries)) {
    const told = wordsOf(course);
    const sure = course.is === "open" ? [] : told.filter(({ noted }) => course.is === "done" || noted === true);
    for (const one of sure) tell(done, one);
    if (course.is === "open") open.push(openText(course, told));
  }
  return { done: [...done.values()], open };
}

function openText({ change }: Course, told: readonly Told[]): string {
  const texts = told.map(({ text }) => text).filter((text) => text !== "");
  return texts.length === 0 ? `the step "${change.unit}"` : texts.join(", ");
}

/** At the end, as it was done last. */
function tell(done: Map<string, string>, { thing, text }: Told): void {
  done.delete(thing);
  if (text !== "") done.set(thing, text);
}

function wordsOf({ change }: Course): readonly Told[] {
  const words = Object.hasOwn(WORDS, change.action) ? WORDS[change.action] : undefined;
  return words?.(change) ?? [{ thing: change.unit, text: `the step "${change.unit}" (${change.action}) was done` }];
}

/** One sentence or two that a person can pass on. */
export function standingText(entries: readonly Entry[]): string {
  const { done, open } = standingOf(entries);
  if (done.length + open.length === 0) return nothingText(entries);
  const is = done.length === 0 ? [] : [`Done so far: ${done.join("; ")}.`];
  const may = open.length === 0 ? [] : [`Begun, and not known whether done: ${open.join("; ")}.`];
  return [...is, ...may].join(" ");
}

function nothingText(entries: readonly Entry[]): string {
  return hasTouched(entries) ? "Nothing is left of what this run has changed." : "Nothing was changed so far.";
}
