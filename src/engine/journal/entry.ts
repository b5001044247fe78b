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
 */
import type { EvidenceRef, Json, JsonObject, PrintedCommand } from "../../action.ts";

export const JOURNAL_VERSION = 1;

/** Fields of every line. `prev` is the SHA-256 (hex) of the previous line's exact bytes without its newline; 64 zeros first. */
export interface EntryHeader {
  readonly v: number;
  readonly seq: number;
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly run: string;
  readonly epoch: number;
  readonly prev: string;
}

export interface JournaledError {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly place?: string;
}

export type HowSucceeded = "ran" | "adopted" | "by-hand";
/** About a step in doubt. */
export const DECISIONS = ["adopt", "redo", "undo", "by-hand"] as const;
export type Decision = (typeof DECISIONS)[number];

/** Written by former versions alone: what a second person was asked to sign. */
interface NotedRequest {
  readonly text: EvidenceRef;
  /** Of the approval that it is about. */
  readonly shownSha256: string;
  readonly expiresAt: string;
}

/** Of former versions: a signature over a request, with whose it was found to be then. */
interface Signed {
  readonly principals: readonly string[];
  /** `SHA256:…` */
  readonly key: string;
  readonly signature: string;
}

interface SecondApproval {
  readonly request: EvidenceRef;
  readonly operator: Signed;
  readonly other: Signed;
  /** How the other signature came. */
  readonly by: string;
}

/** The content of an entry. `step` with `item` (the for_each key) and `attempt` (from 1) name an attempt. */
export type EntryBody =
  | {
      readonly type: "run-started";
      readonly runbook: string;
      readonly runbookVersion: string;
      readonly runbookSha256: string;
      readonly runbookText: EvidenceRef;
      readonly inputs: JsonObject;
      /** Names of those inputs that nobody gave: what stands there is the runbook's default. */
      readonly defaulted?: readonly string[];
      readonly operator: string;
      readonly host: string;
      readonly toolVersion: string;
      readonly rehearsal: boolean;
      /** `s3://BUCKET/PREFIX` of lease and mirrored journal, if the run is leased; each carrier keeps it. */
      readonly lease?: string;
      /** SHA-256 of each step's definition, so that a changed runbook can be told apart step by step. */
      readonly steps?: Readonly<Record<string, string>>;
    }
  | { readonly type: "input-given"; readonly name: string; readonly value: Json; readonly by: string }
  | { readonly type: "target-fixed"; readonly target: string; readonly locks: readonly string[] }
  | {
      readonly type: "run-resumed";
      readonly operator: string;
      readonly host: string;
      readonly toolVersion: string;
      readonly takeOver: boolean;
      readonly lease?: string;
      /** The process was told to undo the run. */
      readonly back?: true;
      /** The lines in front of it came from elsewhere (E5); absent in older journals. */
      readonly imported?: true;
    }
  | {
      readonly type: "runbook-accepted";
      readonly runbookSha256: string;
      readonly runbookText: EvidenceRef;
      readonly by: string;
      readonly steps?: Readonly<Record<string, string>>;
    }
  | {
      readonly type: "step-started";
      readonly step: string;
      readonly item?: string;
      readonly attempt: number;
      readonly action: string;
      readonly effect: string;
      readonly input: JsonObject;
      /** Where a value exceeds a line, it is empty there and this names it; the reader puts it back. */
      readonly inputEvidence?: EvidenceRef;
      /** SHA-256 over the printed commands. */
      readonly commandsSha256: string;
      /** The printed commands of a step that changes something, secrets masked; absent in journals of the first release. */
      readonly commands?: readonly PrintedCommand[];
      readonly commandsEvidence?: EvidenceRef;
      readonly back?: true;
    }
  | {
      readonly type: "step-recorded";
      readonly step: string;
      readonly item?: string;
      readonly attempt: number;
      readonly kind: string;
      readonly data: JsonObject;
      readonly dataEvidence?: EvidenceRef;
    }
  | {
      readonly type: "step-succeeded";
      readonly step: string;
      readonly item?: string;
      readonly attempt: number;
      readonly how: HowSucceeded;
      readonly output: JsonObject;
      /** Where the output exceeds a line, `output` is {} and this names it. */
      readonly outputEvidence?: EvidenceRef;
      readonly evidence: string;
    }
  | {
      readonly type: "step-failed";
      readonly step: string;
      readonly item?: string;
      readonly attempt: number;
      readonly error: JournaledError;
      /** With `back`: what was left of the step's effect. */
      readonly probed: "not-done" | "partly" | "not-needed";
      readonly back?: true;
    }
  | {
      readonly type: "step-in-doubt";
      readonly step: string;
      readonly item?: string;
      readonly attempt: number;
      readonly evidence: string;
      readonly error?: JournaledError;
      readonly back?: true;
    }
  | { readonly type: "step-skipped"; readonly step: string; readonly why: string }
  | {
      readonly type: "step-undone";
      readonly step: string;
      readonly item?: string;
      readonly attempt: number;
      readonly evidence: string;
      /** Opened anew after drift, not taken back (E3); absent in older journals. */
      readonly again?: true;
    }
  | {
      readonly type: "items-fixed";
      readonly step: string;
      readonly items: readonly Json[];
      readonly itemsEvidence?: EvidenceRef;
    }
  | {
      readonly type: "decided";
      readonly step: string;
      readonly item?: string;
      readonly decision: Decision;
      readonly by: string;
      /** Who carried the run, where `by` says how the decision was given; absent in older journals. */
      readonly operator?: string;
      /** The evidence that it was made on: it holds while a look at the world says the same. */
      readonly why: string;
      /** It is about taking the step back; absent in older journals, which are asked anew. */
      readonly back?: true;
    }
  | {
      readonly type: "asked";
      readonly step?: string;
      readonly item?: string;
      readonly question: string;
      readonly prompt: string;
      /** Answers that `--decide` may give; absent if no flag answers it, and in older journals. */
      readonly choices?: readonly string[];
      /** Answers that only a person at a terminal may give. */
      readonly byPerson?: readonly string[];
      /** Over the question as it was shown, secrets masked: a decision that is given beforehand is about that. */
      readonly shownSha256?: string;
      /** Of former versions: a second person was asked to sign this. */
      readonly request?: NotedRequest;
    }
  | {
      readonly type: "answered";
      readonly step?: string;
      readonly item?: string;
      readonly question: string;
      readonly value: string;
      readonly by: string;
      /** Who carried the run, where a flag answered; absent in older journals. */
      readonly operator?: string;
    }
  /** Consent to the named steps; holds while the hash over what was shown and over their printed commands is the same. */
  | {
      readonly type: "approved";
      readonly steps: readonly string[];
      readonly shownSha256: string;
      /** Over the review rows alone. */
      readonly reviewSha256?: string;
      /** Per step, over its printed commands; absent if they still held unknown values. */
      readonly commandsSha256?: Readonly<Record<string, string>>;
      readonly by: string;
      /** Of former versions: two persons have signed the request. */
      readonly second?: SecondApproval;
    }
  | { readonly type: "drift-found"; readonly step: string; readonly item?: string; readonly evidence: string }
  | { readonly type: "waited"; readonly step: string; readonly item?: string; readonly error: JournaledError }
  | { readonly type: "resource-opened"; readonly kind: string; readonly data: JsonObject }
  | { readonly type: "resource-closed"; readonly kind: string; readonly data: JsonObject }
  | { readonly type: "run-stopped"; readonly why: string; readonly exitCode: number; readonly error?: JournaledError }
  | { readonly type: "run-ended"; readonly outcome: "succeeded" | "undone" | "handed-over" };

export type Entry = EntryHeader & EntryBody;
export type EntryType = EntryBody["type"];

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
