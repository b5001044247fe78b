/**
 * A run that was carried elsewhere comes into this state directory, from a mirror or from a file. The caller has
 * checked its chain. A journal that is here already is kept if it says more, and moved aside if it parted.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { noteBrought } from "./brought-lines.ts";
import { createDurably, makeDirectory, replaceDurably, syncDirectory } from "./durable.ts";
import { JOURNAL_FILE } from "./file-journal.ts";
import type { JournalReading } from "./reading.ts";

export interface BroughtRun {
  readonly run: string;
  readonly reading: JournalReading;
  /** By SHA-256. */
  readonly evidence: ReadonlyMap<string, string>;
}

/** `new`: was not here; `here`: the journal here says all of it; `longer`: it had less; `parted`: it had something else. */
export type Arrival = "new" | "here" | "longer" | "parted";

/** Durable when it returns. `directory` is STATE_DIR/runs/RUN, `here` its journal as it stands. */
export function settleIn(directory: string, { reading, evidence }: BroughtRun, here: JournalReading): Arrival {
  const shared = here.hashes.findIndex((hash, index) => hash !== reading.hashes[index]);
  const parted = shared !== -1 && shared < reading.hashes.length;
  if (!parted && here.hashes.length >= reading.hashes.length) return "here";
  const kept = join(directory, "evidence");
  makeDirectory(kept);
  for (const [digest, content] of evidence) {
    const path = join(kept, digest);
    if (!existsSync(path)) replaceDurably(path, `${path}.new`, content);
  }
  noteBrought(directory, reading.hashes.length);
  const journal = join(directory, JOURNAL_FILE);
  if (parted) setAside(directory, here.content);
  replaceDurably(journal, `${journal}.brought`, Buffer.from(reading.content).toString("utf8"));
  syncDirectory(directory);
  if (parted) return "parted";
  return here.hashes.length === 0 ? "new" : "longer";
}

/** Nothing is deleted: what this machine wrote after the two parted is evidence. */
function setAside(directory: string, content: Uint8Array): void {
  let number = 1;
  while (existsSync(join(directory, `journal.parted-${number}`))) number += 1;
  createDurably(join(directory, `journal.parted-${number}`), content);
}
