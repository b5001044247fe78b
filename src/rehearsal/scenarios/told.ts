/**
 * Reads the journal of a rehearsed run, as plain JSON lines. The box believes its world first; the journal is for facts
 * that only the tool can tell: which candidates, why not, how much is lost.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jsonOf } from "../json.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const journalOf = (stateDirectory: string, run: string): string => join(stateDirectory, "runs", run, "journal.jsonl");

/** A run that could not write its first entry was taken away again: there is none. */
export function begun(
  stateDirectory: string,
  run: string | undefined,
): { readonly run: undefined } | { readonly run: string; readonly journal: string } {
  if (run === undefined) return { run };
  const journal = journalOf(stateDirectory, run);
  return existsSync(journal) ? { run, journal } : { run: undefined };
}

/** Of a process that was killed, the last line may be cut, with empty lines behind it. */
function wholeLines(stateDirectory: string, run: string | undefined): readonly Fields[] {
  const { journal } = { journal: undefined, ...begun(stateDirectory, run) };
  const lines = journal === undefined ? [] : readFileSync(journal, "utf8").split("\n");
  return lines.map(jsonOf).filter((line): line is Fields => line !== undefined);
}

/** Whether its first entry was written: a process that was killed before, or in the middle of it, has begun nothing. */
export const hasEntry = (stateDirectory: string, run: string | undefined): boolean =>
  wholeLines(stateDirectory, run).length > 0;

/** When the last entry was written, in milliseconds of the epoch; 0 without one. */
export function lastWritten(stateDirectory: string, run: string): number {
  const time = wholeLines(stateDirectory, run).at(-1)?.["time"];
  return typeof time === "string" ? Date.parse(time) : 0;
}

/** One run's journal; empty if no run began. */
export class Told {
  readonly #lines: readonly Fields[];

  constructor(lines: readonly Fields[]) {
    this.#lines = lines;
  }

  static ofRun(stateDirectory: string, run: string | undefined): Told {
    return new Told(wholeLines(stateDirectory, run));
  }

  /** Why the run stopped; of a run that ended well, empty texts. */
  get refusal(): Refusal {
    const stop = this.#lines.findLast((line) => line["type"] === "run-stopped");
    const error = (stop?.["error"] ?? {}) as Partial<Refusal>;
    return { code: error.code ?? "", message: error.message ?? "", remedy: error.remedy ?? "" };
  }

  /** The last output of a step that succeeded. */
  output(step: string): Fields {
    const found = this.#lines.findLast((line) => line["type"] === "step-succeeded" && line["step"] === step);
    return (found?.["output"] ?? {}) as Fields;
  }

  /** Durable notes of a step, oldest first. */
  records(step: string, kind: string): readonly Fields[] {
    return this.#lines
      .filter((line) => line["type"] === "step-recorded" && line["step"] === step && line["kind"] === kind)
      .map((line) => line["data"] as Fields);
  }

  /** Whether a step ever began. */
  began(step: string): boolean {
    return this.#lines.some((line) => line["type"] === "step-started" && line["step"] === step);
  }

  /** Everything, as text. */
  get text(): string {
    return this.#lines.map((line) => JSON.stringify(line)).join("\n");
  }
}

/** A sentence for each text that `said` lacks; it shows `said` if that has at most `MOST_SHOWN` characters. */
export function unsaid(what: string, said: string, texts: readonly string[]): string[] {
  const shown = said.length > MOST_SHOWN ? "" : `: ${said}`;
  return texts.filter((text) => !said.includes(text)).map((text) => `${what} does not say "${text}"${shown}`);
}

const MOST_SHOWN = 600;

/** The faults of a refusal that must have a code and certain words in its sentence or its remedy. */
export function refusalComplaints(told: Told, code: string, texts: readonly string[]): string[] {
  const { code: found, message, remedy } = told.refusal;
  const wrong = found === code ? [] : [`it was refused as "${found}" (${message}), not as "${code}"`];
  return [...wrong, ...unsaid("the refusal", `${message} ${remedy}`, texts)];
}
