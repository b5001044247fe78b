/**
 * The journal beside its lease: `runs/RUN/journal/N.jsonl`, N being the number of the first of its whole lines, and
 * `runs/RUN/evidence/SHA256`. Objects are only ever added.
 *
 * M1  A line is mirrored after it is durable here, its evidence before it.
 * M2  No two processes add the same line: the first writer takes an object's name.
 */
import { quote } from "../../kit/commands/shell-quote.ts";
import type { EvidenceRef } from "../../action.ts";
import { giveUp, type RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
import { bounded, evidenceOf } from "../journal/brought-evidence.ts";
import { type Entry, hasTouched } from "../journal/entry.ts";
import { LARGEST_JOURNAL } from "../journal/file-journal.ts";
import type { LinedJournal } from "../journal/journal.ts";
import { sha256 } from "../journal/line.ts";
import { type JournalReading, readJournal } from "../journal/reading.ts";
import { isRunId } from "../journal/run-id.ts";
import type { SharedPlace } from "../../ports/shared-place.ts";
import { type Conditions, writeOn } from "./keeper.ts";

/** Lines of one object. */
const MOST_LINES = 200;
/** Bytes of one object: of so many lines, with room for longer ones. */
const LARGEST_CHUNK = 32 * 1024 * 1024;
/** Objects of one journal. A long run has some thousand. */
const MOST_CHUNKS = 50_000;

const chunkName = (run: string, first: number): string => `runs/${run}/journal/${String(first).padStart(8, "0")}.jsonl`;
const evidenceName = (run: string, digest: string): string => `runs/${run}/evidence/${digest}`;

interface MirrorOptions {
  readonly place: SharedPlace;
  readonly conditions: Conditions;
  readonly journal: LinedJournal;
}

export class Mirror {
  readonly #place: SharedPlace;
  readonly #conditions: Conditions;
  readonly #journal: LinedJournal;
  readonly #kept = new Set<string>();
  /** Lines that are there. */
  #mirrored: number;

  private constructor({ place, conditions, journal }: MirrorOptions, mirrored: number) {
    this.#place = place;
    this.#conditions = conditions;
    this.#journal = journal;
    this.#mirrored = mirrored;
  }

  /** Errors: `fenced` if the mirror holds lines that this journal does not have; those of the place. */
  static async open(options: MirrorOptions): Promise<Mirror> {
    const { place, journal } = options;
    const mirrored = await mirroredLines(place, journal);
    if (mirrored === "parted") throw parted(journal.run, place.location);
    return new Mirror(options, mirrored);
  }

  /** Whether the journal has every mirrored line, and the line with this hash if one is named. Reads only. */
  static async isWholeIn(journal: LinedJournal, place: SharedPlace, head: string): Promise<boolean> {
    if ((await mirroredLines(place, journal)) === "parted") return false;
    return head === "" || journal.lines.some((line) => sha256(line) === head);
  }

  /** How many lines are not mirrored yet. */
  get behind(): number {
    return this.#journal.lines.length - this.#mirrored;
  }

  /** Hash of the last line that is there; empty before the first. */
  get head(): string {
    const last = this.#journal.lines[this.#mirrored - 1];
    return last === undefined ? "" : sha256(last);
  }

  /** Errors: `fenced` if somebody else wrote the next line; those of the place. */
  async push(): Promise<void> {
    while (this.behind > 0) {
      const lines = this.#journal.lines.slice(this.#mirrored, this.#mirrored + MOST_LINES);
      await this.#keepEvidence(lines);
      await this.#add(lines);
      this.#mirrored += lines.length;
    }
  }

  async #add(lines: readonly string[]): Promise<void> {
    const { run } = this.#journal;
    const name = chunkName(run, this.#mirrored + 1);
    const content = lines.map((line) => `${line}\n`).join("");
    const written = await writeOn(this.#place, this.#conditions, { name, content, condition: "absent" });
    if (written.is === "written") return;
    // The answer to an earlier try may have been lost: then it is ours, perhaps with fewer lines.
    const there = (await this.#place.read(name, LARGEST_CHUNK))?.content ?? "";
    if (there === "" || !content.startsWith(there)) throw parted(run, this.#place.location);
    this.#mirrored += linesOf(there).length - lines.length;
  }

  async #keepEvidence(lines: readonly string[]): Promise<void> {
    const asked = evidenceOf(lines.map((line) => JSON.parse(line) as Entry));
    for (let step = asked.next(); step.done !== true; ) {
      const { sha256: digest } = step.value;
      const content = await this.#journal.recall(step.value);
      const name = evidenceName(this.#journal.run, digest);
      if (!this.#kept.has(digest)) await writeOn(this.#place, this.#conditions, { name, content, condition: "absent" });
      this.#kept.add(digest);
      step = asked.next(content);
    }
  }
}

interface Mirrored {
  readonly reading: JournalReading;
  /** By SHA-256. */
  readonly evidence: ReadonlyMap<string, string>;
}

/**
 * A run's journal from the mirror, with its chain and its evidence checked. The head that the lease names must be in
 * it: otherwise a cut tail could not be told. Errors: `run-not-found`, `journal-broken`, `journal-version`; those of
 * the place.
 */
export async function fetchMirrored(place: SharedPlace, run: string, head: string | undefined): Promise<Mirrored> {
  const names = await mirroredChunks(place, run);
  if (names.length === 0)
    throw refuse("run-not-found", `no journal of run ${run} is mirrored there`)
      .at(place.location)
      .advise("Check the address: it is what `lease:` of the configuration says where the run began.");
  const where = `${place.location}/runs/${run}/journal`;
  if (names.length > MOST_CHUNKS) throw broken(where, `it is in more than the ${MOST_CHUNKS} objects that are read`);
  if (head === undefined) throw broken(where, "its lease is missing, so nobody can tell whether its tail was cut");
  const reading = readJournal(await everyChunk(place, names, where), where);
  if (reading.entries.some((entry) => entry.run !== run)) throw broken(where, "it is of another run");
  if (reading.torn.length > 0) throw broken(where, "it ends in the middle of a line");
  // Before its first effect a run's lease names a line: if none is named, only reads can be lacking.
  if (head === "" && hasTouched(reading.entries))
    throw broken(where, "its lease names no line of it, so nobody can tell whether its tail was cut");
  if (head !== "" && !reading.hashes.includes(head))
    throw broken(where, "no line of it has the head hash that the lease names: its tail was cut or changed");
  const asked = evidenceOf(reading.entries, bounded(where));
  let step = asked.next();
  while (step.done !== true) step = asked.next(await readEvidence(place, run, step.value));
  return { reading, evidence: step.value };
}

async function readEvidence(
  place: SharedPlace,
  run: string,
  { sha256: digest, name, bytes }: EvidenceRef,
): Promise<string> {
  const content = (await place.read(evidenceName(run, digest)))?.content;
  // The bound of all evidence goes by the bytes that the lines name.
  if (content !== undefined && Buffer.byteLength(content) === bytes && sha256(content) === digest) return content;
  const why = content === undefined ? "missing" : "not what was stored";
  throw broken(`${place.location}/runs/${run}/evidence`, `the evidence ${quoted(name)} is ${why}`);
}

async function everyChunk(place: SharedPlace, names: readonly string[], where: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (const name of names) {
    const chunk = Buffer.from((await place.read(name, LARGEST_CHUNK))?.content ?? "");
    bytes += chunk.length;
    if (bytes > LARGEST_JOURNAL) throw broken(where, `it has more than the ${LARGEST_JOURNAL} bytes that are read`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Runs that have a lease in that place. */
export async function mirroredRuns(place: SharedPlace): Promise<readonly string[]> {
  const names = await place.list("runs/");
  return names.flatMap((name) => /^runs\/([^/]+)\/lease\.json$/.exec(name)?.[1] ?? []).filter(isRunId);
}

/** Names of the objects that hold a run's mirrored lines, in their order. */
export async function mirroredChunks(place: SharedPlace, run: string): Promise<readonly string[]> {
  return await place.list(`runs/${run}/journal/`);
}

/** How many lines are mirrored; `parted` if the last one of them is not the journal's. */
async function mirroredLines(place: SharedPlace, { run, lines }: LinedJournal): Promise<number | "parted"> {
  const last = (await mirroredChunks(place, run)).at(-1);
  const there = last === undefined ? undefined : await place.read(last, LARGEST_CHUNK);
  if (last === undefined || there === undefined) return 0;
  const found = linesOf(there.content);
  const mirrored = firstOf(last) + found.length - 1;
  const ours = lines[mirrored - 1];
  return ours === undefined || sha256(ours) !== sha256(found.at(-1) ?? "") ? "parted" : mirrored;
}

const linesOf = (content: string): string[] => content.split("\n").filter((line) => line !== "");

function firstOf(name: string): number {
  return Number(/(\d+)\.jsonl$/.exec(name)?.[1] ?? 0);
}

function parted(run: string, location: string): RecoverError {
  return giveUp("fenced", `the mirrored journal of run ${run} holds lines that the one here does not have`)
    .at(`${location}/runs/${run}`)
    .advise(
      `It went on elsewhere, or its last lines were lost here: fetch it with "dingo-recover resume ${run} --from ${quote([location])}".`,
    );
}

function broken(where: string, why: string): RecoverError {
  return refuse("journal-broken", `the mirrored journal cannot be used: ${why}`)
    .at(where)
    .advise(
      'Go on where the run was carried last, by "dingo-recover resume" there: its state directory has the whole journal. Or copy its directory, STATE_DIR/runs/RUN, and name the copy with --from.',
    );
}
