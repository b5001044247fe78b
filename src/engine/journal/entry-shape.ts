/**
 * Checks that a parsed line is an entry of version 1. Additional fields are welcome: a journal written by a later
 * release of the same version stays readable.
 */
import { quoted } from "../../kit/text/printable.ts";
import { type Entry, type EntryType, JOURNAL_VERSION } from "./entry.ts";

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;
/** As the list that each line is held to: a journal may have many. */
type Fields = readonly { readonly name: string; readonly check: Check }[];

const fieldsOf = (shape: Shape): Fields => Object.entries(shape).map(([name, check]) => ({ name, check }));

const text: Check = (value) => typeof value === "string";
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const flag: Check = (value) => typeof value === "boolean";
const anything: Check = (value) => value !== undefined;
const hash: Check = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const object: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const list: Check = Array.isArray;
const textList: Check = (value) => Array.isArray(value) && value.every(text);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && values.includes(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const fields = (shape: Shape): Check => {
  const wanted = fieldsOf(shape);
  return (value) => object(value) && misfit(value as Record<string, unknown>, wanted) === undefined;
};

const error = fields({ code: text, message: text, remedy: text, place: optional(text) });
const evidence = fields({ name: text, sha256: hash, bytes: count });
const request = fields({ text: evidence, shownSha256: hash, expiresAt: text });
const signed = fields({ principals: textList, key: text, signature: text });
const second = fields({ request: evidence, operator: signed, other: signed, by: text });
const attempt = { step: text, item: optional(text), attempt: count };

const HEADER: Shape = { v: count, seq: count, time: text, run: text, epoch: count, prev: hash, type: text };

const BODIES: Readonly<Record<EntryType, Shape>> = {
  "run-started": {
    runbook: text,
    runbookVersion: text,
    runbookSha256: hash,
    runbookText: evidence,
    inputs: object,
    defaulted: optional(textList),
    operator: text,
    host: text,
    toolVersion: text,
    rehearsal: flag,
    lease: optional(text),
    steps: optional(object),
  },
  "input-given": { name: text, value: anything, by: text },
  "target-fixed": { target: text, locks: textList },
  "run-resumed": {
    operator: text,
    host: text,
    toolVersion: text,
    takeOver: flag,
    lease: optional(text),
    back: optional(flag),
    imported: optional(flag),
  },
  "runbook-accepted": { runbookSha256: hash, runbookText: evidence, by: text, steps: optional(object) },
  "step-started": {
    ...attempt,
    action: text,
    effect: text,
    input: object,
    inputEvidence: optional(evidence),
    commandsSha256: text,
    commands: optional(list),
    commandsEvidence: optional(evidence),
    back: optional(flag),
  },
  "step-recorded": { ...attempt, kind: text, data: object, dataEvidence: optional(evidence) },
  "step-succeeded": {
    ...attempt,
    how: oneOf("ran", "adopted", "by-hand"),
    output: object,
    outputEvidence: optional(evidence),
    evidence: text,
  },
  "step-failed": { ...attempt, error, probed: oneOf("not-done", "partly", "not-needed"), back: optional(flag) },
  "step-in-doubt": { ...attempt, evidence: text, error: optional(error), back: optional(flag) },
  "step-skipped": { step: text, why: text },
  "step-undone": { ...attempt, evidence: text, again: optional(flag) },
  "items-fixed": { step: text, items: list, itemsEvidence: optional(evidence) },
  decided: {
    step: text,
    item: optional(text),
    decision: oneOf("adopt", "redo", "undo", "by-hand"),
    by: text,
    operator: optional(text),
    why: text,
    back: optional(flag),
  },
  asked: {
    step: optional(text),
    item: optional(text),
    question: text,
    prompt: text,
    choices: optional(textList),
    byPerson: optional(textList),
    shownSha256: optional(hash),
    request: optional(request),
  },
  answered: {
    step: optional(text),
    item: optional(text),
    question: text,
    value: text,
    by: text,
    operator: optional(text),
  },
  approved: {
    steps: textList,
    shownSha256: hash,
    by: text,
    reviewSha256: optional(text),
    commandsSha256: optional(object),
    second: optional(second),
  },
  "drift-found": { step: text, item: optional(text), evidence: text },
  waited: { step: text, item: optional(text), error },
  "resource-opened": { kind: text, data: object },
  "resource-closed": { kind: text, data: object },
  "run-stopped": { why: text, exitCode: count, error: optional(error) },
  "run-ended": { outcome: oneOf("succeeded", "undone", "handed-over") },
};

const WHOLE: ReadonlyMap<string, Fields> = new Map(
  Object.entries(BODIES).map(([type, shape]) => [type, fieldsOf({ ...HEADER, ...shape })]),
);

function misfit(value: Readonly<Record<string, unknown>>, wanted: Fields): string | undefined {
  for (const { name, check } of wanted) if (!check(value[name])) return name;
  return undefined;
}

export type Shaped =
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly why: string; readonly newer: boolean };

/** Only what is short by its nature: a line may hold anything, at any depth. */
function shown(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return quoted(value);
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return "that is no plain value";
}

/** Far more than is written, and few enough for every walk over a value. */
const MOST_LEVELS = 200;

/** A stranger's value can be nested until a walk over it has no stack left. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth < MOST_LEVELS && level.length > 0; depth += 1)
    level = level.flatMap((each): unknown[] => (typeof each === "object" && each !== null ? Object.values(each) : []));
  return level.length > 0;
}

/** `newer` tells a journal of a later version from a broken one. */
export function shapeEntry(value: unknown): Shaped {
  if (!object(value)) return { ok: false, why: "is not an object", newer: false };
  const fieldsOfLine = value as Record<string, unknown>;
  const { v, type } = fieldsOfLine;
  if (v !== JOURNAL_VERSION) {
    const newer = typeof v === "number" && v > JOURNAL_VERSION;
    return { ok: false, why: `has version ${shown(v)}`, newer };
  }
  const wanted = typeof type === "string" ? WHOLE.get(type) : undefined;
  if (wanted === undefined) return { ok: false, why: `has the unknown type ${shown(type)}`, newer: false };
  const field = misfit(fieldsOfLine, wanted);
  if (field !== undefined) return { ok: false, why: `has a wrong or missing field "${field}"`, newer: false };
  return { ok: true, entry: value as Entry };
}
