/** Journals in a scratch directory, with a clock that stands still. */
import type { EntryBody } from "../../../src/engine/journal/entry.ts";
import { FileJournal, type FileJournalOptions } from "../../../src/engine/journal/file-journal.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";

export const NOON = new Date("2026-11-21T12:00:00Z");

export function openJournal(directory: string, more: Partial<FileJournalOptions> = {}): FileJournal {
  return new FileJournal({
    directory,
    run: "20261121-120000-test",
    epoch: 1,
    secrets: new Secrets(),
    now: () => NOON,
    checkFence: () => undefined,
    ...more,
  });
}

export function note(text: string): EntryBody {
  return { type: "step-recorded", step: "copy", attempt: 1, kind: "note", data: { text } };
}

/** Appends one note per text and closes. */
export async function writeNotes(directory: string, ...texts: readonly string[]): Promise<FileJournal> {
  const journal = openJournal(directory);
  for (const text of texts) await journal.append(note(text));
  await journal.close();
  return journal;
}
