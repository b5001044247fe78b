/**
 * A half-finished run in one file: its journal byte by byte, its evidence, and what the next operator should read first.
 * What stands in a journal is masked already: no secret is in it. `plan`, `open` and `secrets` are for people; only
 * `journal` and `evidence` are gone by.
 */
import { z } from "zod";
import { RecoverError } from "../errors.js";
import { quoted } from "../printable.js";
import type { Entry } from "./entry.js";
import { referencesIn } from "./evidence.js";
import { sha256 } from "./line.js";
import { type JournalReading, readJournal } from "./reading.js";
import { isRunId } from "./run-id.js";

const text = z.string();
const document = z.object({
  schema: z.literal("dingo-recover/handover@1"),
  run: text.refine(isRunId),
  runbook: text,
  target: text,
  exportedAt: text,
  operator: text,
  host: text,
  /** Hash of the journal's last line. */
  head: text,
  plan: z.array(z.object({ step: text, title: text, state: text })),
  /** What was not answered or not settled, one sentence each. */
  open: z.array(text),
  /** What the next operator has to supply: its name, and where it was had from. */
  secrets: z.array(z.object({ what: text, from: text })),
  /** `s3://BUCKET/PREFIX` of its lease. */
  lease: text.optional(),
  /** Each line of the journal, without its newline. */
  journal: z.array(text),
  /** By SHA-256. */
  evidence: z.record(text, text),
});

export type Handover = z.infer<typeof document>;

export interface HandedRun {
  readonly document: Handover;
  readonly reading: JournalReading;
  readonly evidence: ReadonlyMap<string, string>;
}

/** Every evidence that the entries name, by SHA-256. Errors: those of `recall`. */
export async function evidenceOf(
  entries: readonly Entry[],
  recall: (reference: ReturnType<typeof referencesIn>[number]) => Promise<string>,
): Promise<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const reference of entries.flatMap(referencesIn)) kept[reference.sha256] ??= await recall(reference);
  return kept;
}

/** Reads a file's text and checks chain and evidence. Errors: `journal-broken`, `journal-version`, `usage`. */
export function readHandover(content: string, file: string): HandedRun {
  const parsed = document.safeParse(asJson(content));
  if (!parsed.success) throw noHandover(file);
  const { run, journal, head, evidence } = parsed.data;
  const reading = readJournal(Buffer.from(journal.map((line) => `${line}\n`).join("")), file);
  if (reading.head !== head || reading.torn.length > 0)
    throw broken(file, "its journal does not end with its head hash");
  if (reading.entries.some((entry) => entry.run !== run)) throw broken(file, "its journal is of another run");
  // Its very last line: what stood behind would be read as of this machine.
  const last = reading.entries.at(-1);
  if (last?.type !== "run-ended" || last.outcome !== "handed-over")
    throw broken(file, "its journal does not end with the hand-over");
  // Only what the journal names: a digest becomes the name of a file.
  const kept = new Map<string, string>();
  for (const { name, sha256: digest } of reading.entries.flatMap(referencesIn)) {
    const content = evidence[digest];
    if (content === undefined || sha256(content) !== digest)
      throw broken(file, `the evidence ${quoted(name)} is missing or not what was stored`);
    kept.set(digest, content);
  }
  return { document: parsed.data, reading, evidence: kept };
}

function asJson(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

function noHandover(file: string): RecoverError {
  return new RecoverError("usage", `${quoted(file)} is no file of a hand-over`, {
    remedy: 'Name the file that "dingo-recover handover export RUN -o FILE" wrote, whole.',
    place: file,
    effect: "none",
  });
}

function broken(file: string, why: string): RecoverError {
  return new RecoverError("journal-broken", `${quoted(file)} cannot be taken in: ${why}`, {
    remedy: 'Copy the file again, or have it written again with "dingo-recover handover export RUN -o FILE".',
    place: file,
    effect: "none",
  });
}
