/**
 * The state of the world, from a run's journal (law 17). The one place where that is told: screen, `status`, report,
 * `update` and the live page take it from here.
 *
 * It says what the journal has, in the order in which it was done; it looks at nothing. Pure.
 *
 * S1  A change stands from the line that begins it, as not known, until a line tells its end.
 * S2  What did not happen is not told. Of what was taken back, what stays is told.
 * S3  A step of which no words are known is told by its name: no change is left out.
 * S4  That nothing is left is said only if a probe, or the step's own words, say so of each change.
 * S5  A change that a later look found otherwise is not told as done.
 */
import { type Entry, hasTouched } from "../../engine/journal/entry.ts";
import { changesOf, type Course } from "./changes.ts";
import type { Change, Left, Told } from "./fact.ts";
import { leftOf } from "./left.ts";
import { OF_HOSTS } from "./of-hosts.ts";
import { OF_RECOVERY } from "./of-recovery.ts";

export const WORDS = { ...OF_RECOVERY, ...OF_HOSTS };

export interface Standing {
  /** Done, and not taken back. */
  readonly done: readonly string[];
  /** Done, and found otherwise since, or not to be told; with the evidence. */
  readonly drifted: readonly string[];
  /** Begun, and its end is not known. */
  readonly open: readonly string[];
  /** Taken back, and still there. */
  readonly left: readonly Left[];
  /** A change is known to have been made, also one that was taken back. */
  readonly touched: boolean;
}

export function standingOf(entries: readonly Entry[]): Standing {
  const done = new Map<string, string>();
  const drifted: string[] = [];
  const open: string[] = [];
  const left: Left[] = [];
  const courses = changesOf(entries);
  for (const course of courses) {
    if (course.is === "gone") continue;
    if (course.is === "undone") {
      // The last one is taken back first.
      left.unshift(...leftOf(course));
      continue;
    }
    const told = wordsOf(course);
    const sure = course.is === "open" ? [] : told.filter(({ noted }) => course.is === "done" || noted === true);
    if (course.is === "done" && course.drift !== undefined) {
      drifted.push(`${openText(course, told)} (now: ${course.drift.evidence})`);
      continue;
    }
    for (const one of sure) tell(done, one);
    if (isOpen(course, sure)) open.push(openText(course, told));
  }
  return {
    done: [...done.values()],
    drifted,
    open,
    left,
    touched: courses.some(({ is, touched }) => touched || is === "undone"),
  };
}

/** A step may have failed with its effect there, and have noted nothing that tells of it. */
const isOpen = ({ is, touched }: Course, sure: readonly Told[]): boolean =>
  is === "open" || (is === "failed" && touched && sure.length === 0);

const ownText = ({ unit, action }: Change): string => `the step "${unit}" (${action})`;

function openText({ change }: Course, told: readonly Told[]): string {
  if (!Object.hasOwn(WORDS, change.action)) return ownText(change);
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
  return words?.(change) ?? [{ thing: change.unit, text: doneText(change) }];
}

/** Of a step without words: its evidence tells more than its name. */
const doneText = (change: Change): string =>
  (change.evidence ?? "") === "" ? `${ownText(change)} was done` : `${change.unit}: ${change.evidence}`;

/** The things that stay of what was taken back, with their paths. */
export const leftBehind = (entries: readonly Entry[]): readonly string[] =>
  standingOf(entries).left.map(({ text, where }) => (where === undefined ? text : `${text}: ${where}`));

/** A few sentences that a person can pass on. */
export function standingText(entries: readonly Entry[]): string {
  const { done, drifted, open, left, touched } = standingOf(entries);
  const sentences = [
    ...(done.length === 0 ? [] : [`Done so far: ${done.join("; ")}.`]),
    ...(drifted.length === 0 ? [] : [`Done, but not sure any more: ${drifted.join("; ")}.`]),
    ...(open.length === 0 ? [] : [`Begun, and perhaps done: ${open.join("; ")}.`]),
    ...(left.length === 0 ? [] : [`Taken back, and left behind: ${left.map(({ text }) => text).join("; ")}.`]),
  ];
  if (sentences.length > 0) return sentences.join(" ");
  return touched ? "Nothing is left of what this run has changed." : "Nothing was changed so far.";
}

/** How a run ended that was taken back; `about` names its target. */
export const undoneText = (entries: readonly Entry[], about: string): string =>
  hasTouched(entries)
    ? `What was done for ${about} was taken back.`
    : `Nothing was done for ${about}, so nothing was taken back.`;
