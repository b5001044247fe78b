/** Values that exceed a line lie in evidence files; the entry in memory always carries the whole value. */
import type { EvidenceRef } from "../../action.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { jsonOf } from "../../kit/json.ts";
import type { Entry, EntryBody } from "./entry.ts";
import { isTooDeep, shapeEntry } from "./entry-shape.ts";

/** Most bytes of JSON that one field may take of a line: two such fields and the rest still fit. */
export const MAX_FIELD_BYTES = 24 * 1024;

const SPILLABLE = ["input", "commands", "output", "data", "items"] as const;

const REFERENCES = SPILLABLE.map((field) => [field, `${field}Evidence`] as const);

type Keep = (name: string, content: string) => EvidenceRef;
type Recall = (evidence: EvidenceRef) => string;

/** Replaces large fields by an empty value and the reference `FIELDEvidence`. */
export function spill(body: EntryBody, keep: Keep): EntryBody {
  const spilled: Record<string, unknown> = { ...body };
  for (const field of SPILLABLE) {
    const value = spilled[field];
    if (value === undefined) continue;
    const content = JSON.stringify(value);
    if (Buffer.byteLength(content) <= MAX_FIELD_BYTES) continue;
    spilled[field] = Array.isArray(value) ? [] : {};
    spilled[`${field}Evidence`] = keep(`${"step" in body ? body.step : body.type}-${field}.json`, content);
  }
  return spilled as unknown as EntryBody;
}

/** Puts large values back in from their evidence. Throws `journal-broken` if that is lost, or is no such value. */
export function unspill(entry: Entry, recall: Recall): Entry {
  if (!hasReference(entry)) return entry;
  const whole: Record<string, unknown> = { ...entry };
  for (const [field, reference] of REFERENCES) {
    const evidence = whole[reference] as EvidenceRef | undefined;
    if (evidence !== undefined) whole[field] = jsonOf(recall(evidence));
  }
  if (isTooDeep(whole)) throw broken(entry, "is nested too deeply");
  const shaped = shapeEntry(whole);
  if (shaped.ok) return shaped.entry;
  throw broken(entry, shaped.why);
}

const broken = ({ seq }: Entry, why: string): RecoverError =>
  refuse("journal-broken", `line ${seq} of the journal ${why} in its evidence`).advise(
    "Put the files back from a copy or from the mirror; nothing was changed, here or in any system.",
  );

/** Asked of every line of a journal, of which few have one. */
function hasReference(entry: Entry): boolean {
  const fields = entry as unknown as Readonly<Record<string, unknown>>;
  for (const [, reference] of REFERENCES) if (fields[reference] !== undefined) return true;
  return false;
}
