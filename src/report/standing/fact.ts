/** The changes of a run in the world, one thing at a time, as its journal has them. */
import type { JsonObject } from "../../action.ts";

/** A step's sentence about one thing. */
export interface Told {
  /** A later step that tells of the same thing takes the place of an earlier one. */
  readonly thing: string;
  /** A clause within a sentence: "its container is stopped". "" when the thing is as it was before the run. */
  readonly text: string;
  /** True if the step noted it, so that it holds even if the step's proof failed. */
  readonly noted?: true;
}

/** A step that has begun to change the world, and nothing has taken back. */
export interface Change {
  /** As `--decide` names it: `copy` or `copy[item]`. */
  readonly unit: string;
  readonly run: string;
  readonly action: string;
  readonly input: JsonObject;
  /** Undefined while its end is not journaled. */
  readonly output: JsonObject | undefined;
  /** Of its end; undefined as `output`. */
  readonly evidence?: string;
  /** Kinds of the notes that it made, with what they hold, oldest first. */
  readonly notes: readonly { readonly kind: string; readonly data: JsonObject }[];
}

/** How far a step was taken back. */
export interface TakenBack {
  /** The last probe's evidence. If undo passes the step over, its own reason. */
  readonly evidence: string;
  /** True if its way back was begun, because something of the step was there. */
  readonly went: boolean;
  /** True if a probe found nothing of the step before its way back was begun. */
  readonly found: boolean;
  /** True if a person decided a doubt about its way back. */
  readonly byWord: boolean;
}

/** A thing that stays when the step was taken back. */
export interface Left {
  readonly text: string;
  /** A path or an address: for the report. */
  readonly where?: string;
}

/** Gives the words of one kind of step. Values are as the journal has them: secrets are masked there. */
export type Words = (change: Change) => readonly Told[];

/** Tells the same for every input of the step. */
export const tells =
  (thing: string, text: string): Words =>
  () => [{ thing, text }];

/** For a step that leaves nothing behind. */
export const tellsNothing: Words = () => [];

/** A text of the journal; "" if it has none. */
export function textOf(values: JsonObject | undefined, key: string): string {
  const value = values?.[key];
  return typeof value === "string" ? value : "";
}
