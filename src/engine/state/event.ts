/**
 * Events that the engine sends while it works: shown, never authority. Renderers (interactive, plain, JSON lines)
 * listen; the engine prints nothing. Version 1 of `dingo-recover/event@1`.
 */
import type { PrintedCommand, Progress, ReviewRow } from "../../action.ts";
import type { Closing, Ways } from "../../kit/text/closing.ts";
import type { JournaledError } from "../journal/entry.ts";
import type { Question } from "../../ports/operator.ts";

export type RunOutcome =
  | "running"
  | "waiting"
  | "stopped"
  | "failed"
  | "in-doubt"
  | "succeeded"
  | "undone"
  | "handed-over";

/** An input that the run was begun with: `--input` reads `text` again. */
export interface GivenInput {
  readonly name: string;
  readonly text: string;
}

export type EventBody =
  | {
      readonly type: "run-began";
      readonly runbook: string;
      readonly title: string;
      readonly steps: readonly {
        readonly id: string;
        readonly title: string;
        readonly effect: string;
        /** It may turn out that it is not needed. */
        readonly conditional?: true;
      }[];
      readonly dryRun: boolean;
      readonly rehearsal: boolean;
      readonly resumed: boolean;
      /** Of a run that goes on: what it was begun with. */
      readonly given?: readonly GivenInput[];
      /** Of a run that goes on: what its steps have found out for everybody who looks at it. */
      readonly known?: readonly ReviewRow[];
    }
  | { readonly type: "target-fixed"; readonly target: string }
  | {
      readonly type: "step-began";
      readonly step: string;
      readonly item?: string;
      readonly title: string;
      readonly effect: string;
      readonly attempt: number;
      readonly commands: readonly PrintedCommand[];
      /** Of a step that changes something: what undo will do and what that costs. */
      readonly undo?: string;
      /** Of a way back: "undo" is then what it does itself. */
      readonly back?: true;
      /** Milliseconds that earlier runs of the runbook took here: for this step, and for all that follow it. */
      readonly usual?: { readonly stepMs?: number; readonly restMs: number };
    }
  | { readonly type: "step-progress"; readonly step: string; readonly item?: string; readonly progress: Progress }
  | {
      readonly type: "step-probed";
      readonly step: string;
      readonly item?: string;
      readonly state: string;
      readonly evidence: string;
      /** Of a way back: "done" is then "taken back". */
      readonly back?: true;
    }
  | {
      readonly type: "step-ended";
      readonly step: string;
      readonly item?: string;
      /** Of a step that never began: it was skipped, or refused before. */
      readonly title?: string;
      readonly state: "succeeded" | "failed" | "skipped" | "in-doubt" | "undone";
      readonly how?: string;
      readonly evidence: string;
      readonly error?: JournaledError;
      readonly durationMs: number;
      /** For everybody who looks at the run from then on. */
      readonly known?: readonly ReviewRow[];
    }
  | {
      readonly type: "step-would-run";
      readonly step: string;
      readonly item?: string;
      readonly title: string;
      readonly effect: string;
      readonly commands: readonly PrintedCommand[];
      readonly undo?: string;
      readonly back?: true;
    }
  | {
      readonly type: "review";
      readonly step: string;
      readonly rows: readonly ReviewRow[];
      readonly covers: readonly string[];
    }
  | {
      readonly type: "waiting";
      readonly step: string;
      readonly error: JournaledError;
      readonly safe: string;
      readonly patienceLeftMs: number;
    }
  | {
      readonly type: "re-verified";
      readonly step: string;
      readonly item?: string;
      readonly holds: "yes" | "no" | "unknown";
      readonly evidence: string;
    }
  | { readonly type: "question"; readonly step?: string; readonly question: Question }
  | {
      readonly type: "answered";
      readonly step?: string;
      readonly question: string;
      readonly by: string;
      /** Of a flag: as it is typed. */
      readonly option?: string;
    }
  | { readonly type: "note"; readonly message: string }
  | ({
      readonly type: "run-ended";
      readonly outcome: RunOutcome;
      readonly exitCode: number;
      readonly head: string;
      /** It only looked, and there is nothing to go on with. */
      readonly dryRun?: true;
      readonly error?: JournaledError;
      /** The changes of the run in the world, unless it came to its end. */
      readonly world?: string;
      /** How it ended, for people. */
      readonly closing?: Closing;
    } & Ways);

export type RunEvent = {
  readonly schema: "dingo-recover/event@1";
  readonly time: string;
  readonly run: string;
} & EventBody;

export type EventSink = (event: RunEvent) => void;
