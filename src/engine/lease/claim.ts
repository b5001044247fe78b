/**
 * The claim in the shared place for each lock key: its holder, the machine, the time, the step (docs/two-machines.md). A
 * key is never deleted there: a holder that lets go of it writes that it is free.
 */
import { refuse } from "../../errors.ts";
import { sha256 } from "../journal/line.ts";
import { isRunId } from "../journal/run-id.ts";
import { fieldsOf, jsonOf } from "../../kit/json.ts";
import { detached } from "../../kit/text/detached.ts";
import { printable } from "../../kit/text/printable.ts";

export const CLAIM_SCHEMA = "dingo-recover/lease@1";

/** `ended`: of a run that came to its end; `handed-over`: of one that was exported and goes on elsewhere. */
export type ClaimState = "held" | "free" | "ended" | "handed-over";

export interface Claim {
  readonly schema: typeof CLAIM_SCHEMA;
  readonly key: string;
  readonly state: ClaimState;
  readonly run: string;
  /** Grows by one with every take-over. */
  readonly epoch: number;
  readonly operator: string;
  readonly host: string;
  /** Which state directory: one for each run in each of them, and another for a copy of it. */
  readonly place: string;
  /** Which process: drawn by each. */
  readonly token: string;
  /** The step that it was last seen at; empty before the first. */
  readonly step: string;
  /** ISO 8601 UTC: when it was taken by this process, and last written. */
  readonly since: string;
  readonly seenAt: string;
  /** Of the journal, as far as it is mirrored. */
  readonly head: string;
}

export const runKey = (run: string): string => `run ${run}`;

/** Where the claim of a run lies, and that of a lock key. */
export const runClaimName = (run: string): string => `runs/${run}/lease.json`;
export const keyClaimName = (key: string): string => `keys/${sha256(key)}.json`;

/** Bytes. A claim has some hundred; its step and its key are parts of a journal's line, which has 64 KiB. */
export const LARGEST_CLAIM = 128 * 1024;
/** Take-overs beyond these were not counted by anybody. */
const MOST_EPOCHS = 1_000_000;

/**
 * A claim that cannot be read, or that is another object's, is held all the same: nobody knows by whom (law 5). `place` is
 * where it lies: a location, and `name`.
 */
export function readClaim(text: string, name: string, place: string): Claim {
  const claim = parsed(text);
  if (claim !== undefined && nameOf(claim) === name) return claim;
  throw refuse("locked", `the lease at "${place}" cannot be read, so nobody can tell who holds it`)
    .at(place)
    .advise("Make sure that no other dingo-recover is at work on this service, then remove that object by hand.");
}

const nameOf = ({ key, run }: Claim): string => (key === runKey(run) ? runClaimName(run) : keyClaimName(key));

const TEXTS = ["key", "state", "run", "operator", "host", "place", "token", "step", "since", "seenAt", "head"] as const;

function parsed(text: string): Claim | undefined {
  const found = fieldsOf(jsonOf(text));
  const { schema, epoch } = found;
  if (schema !== CLAIM_SCHEMA) return undefined;
  if (!Number.isSafeInteger(epoch) || Number(epoch) < 0 || Number(epoch) > MOST_EPOCHS) return undefined;
  const whole = TEXTS.every((name) => typeof found[name] === "string") && isRunId(String(found["run"]));
  return whole ? (found as unknown as Claim) : undefined;
}

/** Who, where, since when, at which step: one line for people. */
export function describeClaim({ run, operator, host, since, seenAt, step, epoch }: Claim): string {
  const at = step === "" ? "before its first step" : `at step ${oneLine(step)}`;
  const who = `${oneLine(operator)} on ${oneLine(host)}`;
  return `${who} since ${oneLine(since)} (run ${run}, epoch ${epoch}, ${at}, last seen ${oneLine(seenAt)})`;
}

/** Characters of one part that a person reads. */
const LONGEST = 100;
const oneLine = (text: string): string =>
  printable(detached(text, LONGEST).replace(/\s+/gu, " ")) + (text.length > LONGEST ? "…" : "");
