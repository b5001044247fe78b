/**
 * The journal's vocabulary: the entries of `journal.jsonl`, version 1. Entries are facts that happened, in the past
 * tense; replaying them gives the run's state. Old versions stay readable for ever.
 *
 * The way back (`undo`) has the same entry types: `back` on an entry says that it is about taking a step back, so
 * that releases which do not know the field read the journal all the same.
 *
 * E1  Once a process that was told to undo (`run-resumed` with `back`) has begun a way back or written a `step-undone`,
 *     the run only walks back: nothing of it runs forward again.
 * E2  A step's way back begins with `step-started` (`back`), durable before its first effect, and ends with `step-undone`.
 * E3  A `step-undone` without one says that none of the step's effect was in the world; but with `again` it says nothing
 *     of the world: the step is open anew, and what it did may still be there. It is probed before it runs, and an undo
 *     takes it back. Releases which do not know the field read such a step as undone.
 * E4  A `run-ended` is the end unless a `run-resumed` follows: a run that succeeded can still be undone, one that was
 *     undone stays so, and one that was moved (`handed-over`) goes on where it was taken in, nowhere else (`endOf`).
 * E5  A `run-resumed` with `imported`, or behind a move, takes up lines of another machine: no approval, answer or
 *     decision in front of it counts any more, for their writer could write anything (law 15).
 * E6  A `run-stopped` right behind a `run-ended` tells a fault of an own action that came too late. The run stays ended.
 */
import type { EvidenceRef, Json, JsonObject, PrintedCommand } from "../../action.ts";

export const JOURNAL_VERSION = 1;

/** Whether a parsed value can stand for a `T`. Looks at as much of it as a reader relies on. */
export interface Check<T = unknown> {
  (value: unknown): boolean;
  /** Never there: it carries the type alone. */
  readonly of?: T;
}

/** A field with this check may be absent. */
interface Perhaps<T> extends Check<T> {
  readonly isPerhaps: true;
}

type Shape = Readonly<Record<string, Check>>;
type Of<C> = C extends Check<infer T> ? T : never;
type AbsentIn<S> = { [K in keyof S]: S[K] extends Perhaps<unknown> ? K : never }[keyof S];
type Flat<T> = { [K in keyof T]: T[K] };
/** An object with the fields of a shape. */
type Shaped<S> = Flat<
  { readonly [K in Exclude<keyof S, AbsentIn<S>>]: Of<S[K]> } & { readonly [K in AbsentIn<S>]?: Of<S[K]> }
>;

const text: Check<string> = (value) => typeof value === "string";
const count: Check<number> = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const flag: Check<boolean> = (value) => typeof value === "boolean";
/** Written only if it is true. */
const mark: Check<true> = flag as Check<never>;
const anything: Check<Json> = (value) => value !== undefined;
const hash: Check<string> = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
export const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const json: Check<JsonObject> = isObject;
const byName: Check<Readonly<Record<string, string>>> = isObject;
const list: Check<readonly Json[]> = Array.isArray;
const commands: Check<readonly PrintedCommand[]> = Array.isArray;
const textList: Check<readonly string[]> = (value) => Array.isArray(value) && value.every(text);
const oneOf =
  <const V extends string>(...values: readonly V[]): Check<V> =>
  (value) =>
    typeof value === "string" && values.some((each) => each === value);
const optional = <T>(check: Check<T>): Perhaps<T> =>
  Object.assign((value: unknown) => value === undefined || check(value), { isPerhaps: true } as const);
const object = <const S extends Shape>(shape: S): Check<Shaped<S>> => {
  const wanted = fieldsOf(shape);
  return (value) => isObject(value) && misfit(value as Record<string, unknown>, wanted) === undefined;
};

/** A shape as the list that each line is held to: a journal may have many. */
export type Fields = readonly { readonly name: string; readonly check: Check }[];

export const fieldsOf = (shape: Shape): Fields => Object.entries(shape).map(([name, check]) => ({ name, check }));

/** The first field that does not fit. */
export function misfit(value: Readonly<Record<string, unknown>>, wanted: Fields): string | undefined {
  for (const { name, check } of wanted) if (!check(value[name])) return name;
  return undefined;
}

/** About a step in doubt. */
export const DECISIONS = ["adopt", "redo", "undo", "by-hand"] as const;
export type Decision = (typeof DECISIONS)[number];

const how = oneOf("ran", "adopted", "by-hand");
export type HowSucceeded = Of<typeof how>;

const error = object({ code: text, message: text, remedy: text, place: optional(text) });
export type JournaledError = Of<typeof error>;

const evidence: Check<EvidenceRef> = object({ name: text, sha256: hash, bytes: count });
/** Of former versions: what a second person was asked to sign, for the approval with this hash. */
const request = object({ text: evidence, shownSha256: hash, expiresAt: text });
/** Of former versions: a signature over a request, with whose it was found to be then; the key as `SHA256:…`. */
const signed = object({ principals: textList, key: text, signature: text });
/** `by`: how the other signature came. */
const second = object({ request: evidence, operator: signed, other: signed, by: text });
const unit = { step: text, item: optional(text) };
/** `item` is the for_each key; attempts count from 1. */
const attempt = { ...unit, attempt: count };

/** Fields of every line. `prev` is the SHA-256 (hex) of the previous line's exact bytes without its newline; 64 zeros first. */
export const HEADER = {
  v: count,
  seq: count,
  /** ISO 8601 UTC. */
  time: text,
  run: text,
  epoch: count,
  prev: hash,
};
export type EntryHeader = Shaped<typeof HEADER>;

/** The content of an entry, by its type: the types of the program and the check of a line that is read. */
export const BODIES = {
  "run-started": {
    runbook: text,
    runbookVersion: text,
    runbookSha256: hash,
    runbookText: evidence,
    inputs: json,
    /** Names of those inputs that nobody gave: what stands there is the runbook's default. */
    defaulted: optional(textList),
    operator: text,
    host: text,
    toolVersion: text,
    rehearsal: flag,
    /** `s3://BUCKET/PREFIX` of lease and mirrored journal, if the run is leased; each carrier keeps it. */
    lease: optional(text),
    /** SHA-256 of each step's definition, so that a changed runbook can be told apart step by step. */
    steps: optional(byName),
  },
  "input-given": { name: text, value: anything, by: text },
  "target-fixed": { target: text, locks: textList },
  "run-resumed": {
    operator: text,
    host: text,
    toolVersion: text,
    takeOver: flag,
    lease: optional(text),
    /** The process was told to undo the run. */
    back: optional(mark),
    /** The lines in front of it came from elsewhere (E5); absent in older journals. */
    imported: optional(mark),
  },
  "runbook-accepted": { runbookSha256: hash, runbookText: evidence, by: text, steps: optional(byName) },
  "step-started": {
    ...attempt,
    action: text,
    effect: text,
    input: json,
    /** If a value exceeds a line, it is empty there and this names it; the reader puts it back. */
    inputEvidence: optional(evidence),
    /** SHA-256 over the printed commands. */
    commandsSha256: text,
    /** The printed commands of a step that changes something, secrets masked; absent in journals of the first release. */
    commands: optional(commands),
    commandsEvidence: optional(evidence),
    back: optional(mark),
  },
  "step-recorded": { ...attempt, kind: text, data: json, dataEvidence: optional(evidence) },
  "step-succeeded": {
    ...attempt,
    how,
    output: json,
    /** If the output exceeds a line, `output` is {} and this names it. */
    outputEvidence: optional(evidence),
    evidence: text,
    /** The call ended with it, and a look found the effect; absent in older journals. */
    error: optional(error),
  },
  "step-failed": {
    ...attempt,
    error,
    /** With `back`: what was left of the step's effect. */
    probed: oneOf("not-done", "partly", "not-needed"),
    back: optional(mark),
  },
  "step-in-doubt": { ...attempt, evidence: text, error: optional(error), back: optional(mark) },
  "step-skipped": { step: text, why: text },
  /**
   * `again`: opened anew after drift, not taken back (E3). `found`: a probe found nothing of the step, and its way back
   * was not gone. Absent in older journals.
   */
  "step-undone": { ...attempt, evidence: text, again: optional(mark), found: optional(mark) },
  "items-fixed": { step: text, items: list, itemsEvidence: optional(evidence) },
  decided: {
    ...unit,
    decision: oneOf(...DECISIONS),
    by: text,
    /** Who carried the run, if `by` says how the decision was given; absent in older journals. */
    operator: optional(text),
    /** The evidence that it was made on: it holds while a look at the world says the same. */
    why: text,
    /** It is about taking the step back; absent in older journals, which are asked anew. */
    back: optional(mark),
  },
  asked: {
    step: optional(text),
    item: optional(text),
    question: text,
    prompt: text,
    /** Answers that `--decide` may give; absent if no flag answers it, and in older journals. */
    choices: optional(textList),
    /** Answers that only a person at a terminal may give. */
    byPerson: optional(textList),
    /** Over the question as it was shown, secrets masked: a decision that is given beforehand is about that. */
    shownSha256: optional(hash),
    request: optional(request),
  },
  answered: {
    step: optional(text),
    item: optional(text),
    question: text,
    value: text,
    by: text,
    /** Who carried the run, if a flag answered; absent in older journals. */
    operator: optional(text),
  },
  /** Consent to the named steps; holds while the hash over what was shown and over their printed commands is the same. */
  approved: {
    steps: textList,
    shownSha256: hash,
    by: text,
    /** Over the review rows alone. */
    reviewSha256: optional(text),
    /** Per step, over its printed commands; absent if they still held unknown values. */
    commandsSha256: optional(byName),
    second: optional(second),
  },
  "drift-found": { ...unit, evidence: text },
  waited: { ...unit, error },
  "resource-opened": { kind: text, data: json },
  "resource-closed": { kind: text, data: json },
  "run-stopped": { why: text, exitCode: count, error: optional(error) },
  "run-ended": { outcome: oneOf("succeeded", "undone", "handed-over") },
} satisfies Readonly<Record<string, Shape>>;

type EntryType = keyof typeof BODIES;
export type EntryBody = { [T in EntryType]: Flat<{ readonly type: T } & Shaped<(typeof BODIES)[T]>> }[EntryType];
export type Entry = EntryHeader & EntryBody;

export function startOf(entries: readonly Entry[]): Extract<Entry, { type: "run-started" }> | undefined {
  return entries.find((entry) => entry.type === "run-started");
}

/** How the run ended (E4); undefined while it is open. */
export function endOf(entries: readonly Entry[]): Extract<Entry, { type: "run-ended" }> | undefined {
  const last = entries.findLast((entry) => entry.type === "run-ended" || entry.type === "run-resumed");
  return last?.type === "run-ended" ? last : undefined;
}

/** "step" or "step[item]", as `--decide` names what runs. */
export function unitName({ step, item }: { readonly step: string; readonly item?: string }): string {
  return item === undefined ? step : `${step}[${item}]`;
}

/** Whether a step that changes something was begun, as the journal alone tells it. */
export function hasTouched(entries: readonly Entry[]): boolean {
  return entries.some((entry) => entry.type === "step-started" && entry.effect !== "read");
}
