/** A journal whose last lines were taken for written and are gone: the disk had said so and forgot. */
import type { Entry, EntryBody } from "../../src/engine/journal/entry.ts";
import type { Journal } from "../../src/engine/journal/journal.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";

/** Another journal of the first `kept` lines. */
export async function forgotten({ run, entries }: Journal, kept: number): Promise<MemoryJournal> {
  const left = new MemoryJournal({ run, now: () => new Date(0) });
  for (const entry of entries.slice(0, kept)) await left.append(bodyOf(entry));
  return left;
}

function bodyOf({ v: _v, seq: _seq, time: _time, run: _run, epoch: _epoch, prev: _prev, ...body }: Entry): EntryBody {
  return body;
}
