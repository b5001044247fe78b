/** The options that the composition root gives to the engine. */
import type { JsonObject } from "../../action.ts";
import type { RecoverError } from "../../errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Locks } from "../journal/key-locks.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Operator } from "../../ports/operator.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Runbook } from "../runbook/runbook.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import type { Evaluator } from "./evaluator.ts";
import type { EventSink, RunOutcome } from "./event.ts";

/** The operator's flags on the command line. */
export interface RunFlags {
  /** `--yes`: approves creation and harmless questions. */
  readonly yes: boolean;
  /** `--confirm TARGET`: approves disruptive and destructive steps for exactly this target. */
  readonly confirm?: string;
  /** `--accept-loss N`: in expressions `flags.accept_loss`; 0 if it was not given. */
  readonly acceptLoss: number;
  /** `--patience`: how long a lost network is waited for. */
  readonly patienceMs: number;
  /** `--decide STEP[ITEM]=…`, by unit name: a decision of a step in doubt, or a choice that a step asked for. */
  readonly decide: ReadonlyMap<string, string>;
  readonly acceptRunbook: boolean;
  readonly takeOver: boolean;
}

export const DEFAULT_FLAGS: RunFlags = {
  yes: false,
  acceptLoss: 0,
  patienceMs: 10 * 60_000,
  decide: new Map(),
  acceptRunbook: false,
  takeOver: false,
};

/** Who carries the run, for the journal. */
export interface Carrier {
  readonly operator: string;
  readonly host: string;
  readonly toolVersion: string;
  readonly rehearsal: boolean;
  /** Where the run is leased; absent: nowhere. */
  readonly lease?: string;
}

export interface EngineOptions {
  readonly runbook: Runbook;
  /** Opaque to the engine but for nothing: actions speak to them. */
  readonly ports: Ports;
  readonly clock: Clock;
  readonly operator: Operator;
  readonly journal: Journal;
  readonly locks: Locks;
  readonly evaluator: Evaluator;
  readonly sink: EventSink;
  readonly secrets: Secrets;
  readonly flags: RunFlags;
  readonly carrier: Carrier;
  /** Aborted: stop now, inside a step if need be (130). */
  readonly signal: AbortSignal;
  /** True: stop before the next step (13). */
  readonly stopRequested?: () => boolean;
  /** Runs before the last entry is written: closes connections, removes ephemeral users. */
  readonly beforeEnd?: () => Promise<void>;
}

export interface RunResult {
  readonly run: string;
  readonly outcome: RunOutcome;
  readonly exitCode: number;
  /** Head hash of the journal. */
  readonly head: string;
  readonly error?: RecoverError;
}

/** A new run: `inputs` are what the command line gave, as text or already typed. */
export interface RunOptions extends EngineOptions {
  readonly inputs: JsonObject;
}
