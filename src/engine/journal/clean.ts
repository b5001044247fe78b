/** Masks an entry before it is hashed and written (law 10). */
import type { Secrets } from "../../kit/secrets/secrets.ts";
import type { EntryBody } from "./entry.ts";

/** Names of the tool's own vocabulary: a secret that happens to be such a word must not make the journal unreadable. */
const VOCABULARY: ReadonlySet<string> = new Set([
  "type",
  "step",
  "item",
  "attempt",
  "action",
  "effect",
  "how",
  "probed",
  "decision",
  "outcome",
  "kind",
  "runbook",
  "runbookVersion",
  "runbookSha256",
  "runbookText",
  "commandsSha256",
  "reviewSha256",
  "shownSha256",
  "question",
  "steps",
]);

export interface CleanBody {
  readonly body: EntryBody;
  /** Its JSON. */
  readonly text: string;
}

/** The body as it is written; values that JSON cannot carry (undefined, functions) are gone. */
export function clean(body: EntryBody, secrets: Secrets): CleanBody {
  const text = JSON.stringify(body);
  const plain = JSON.parse(text) as Record<string, unknown>;
  // Without an escape every string stands in the text as it is: one look tells that there is nothing to mask.
  if (!text.includes("\\") && secrets.mask(text) === text) return { body: plain as unknown as EntryBody, text };
  for (const name in plain) if (!VOCABULARY.has(name)) plain[name] = secrets.maskJson(plain[name]);
  return { body: plain as unknown as EntryBody, text: JSON.stringify(plain) };
}
