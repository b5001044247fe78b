/** How somebody goes on with a run that did not reach its end: it is resumed, or begun anew if resuming cannot help. */
import { isLasting } from "../../errors.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import { givenInputs } from "./given-inputs.ts";
import type { RunState } from "./state.ts";

export type WayOn =
  /** `undoWith`: if it has changed something that can be taken back, and is not being taken back already. */
  | { readonly resumeWith: string; readonly undoWith?: string; readonly acceptWith?: string }
  /** A command line for another run, to be put right by hand first, and the one that closes this run. */
  | { readonly beginAnewWith: string; readonly closeWith: string }
  /**
   * A run that has ended, and a rehearsal that was refused; a run that was taken over is another process's; one that never
   * began cannot be gone on with.
   */
  | Readonly<Record<string, never>>;

export interface Standstill {
  readonly run: string;
  /** Of the error that ended the process; absent if it was killed. */
  readonly code?: string | undefined;
  /** Of that error: `input NAME` if that has to be given otherwise, or of `input-invalid` the names alone. */
  readonly place?: string | undefined;
  /** Of that error: a loss names the flag that accepts it. */
  readonly remedy?: string | undefined;
  /** Whether a step may have changed the world. */
  readonly touched: boolean;
  /** Whether an undo would take something back; absent if the journal alone is at hand. */
  readonly canGoBack?: boolean;
}

export function wayOn(state: RunState, { run, code, place, remedy, touched, canGoBack = true }: Standstill): WayOn {
  if (code === "fenced" || state.startedAt === "" || state.phase.kind === "ended") return {};
  // Without the flag, the same refusal would come again.
  const named = code === "runbook-changed" ? `${run} --accept-runbook` : run;
  if (state.undoAsked || state.back) return { resumeWith: `dingo-recover undo ${named}` };
  if (touched || code === undefined || !isLasting(code)) {
    const undoWith = touched && canGoBack ? { undoWith: `dingo-recover undo ${named}` } : {};
    const accept = code === "loss-not-accepted" ? ACCEPT_LOSS.exec(remedy ?? "")?.[0] : undefined;
    const resumeWith = `dingo-recover resume ${named}`;
    return { resumeWith, ...(accept === undefined ? {} : { acceptWith: `${resumeWith} ${accept}` }), ...undoWith };
  }
  return state.rehearsal
    ? {}
    : { beginAnewWith: beginning(state, wrongInputs({ code, place })), closeWith: `dingo-recover undo ${run}` };
}

const ACCEPT_LOSS = /--accept-loss \d+/u;

/** Only given inputs are repeated: a default is there again. Wrong ones are left to be filled in. */
function beginning(state: RunState, wrong: readonly string[]): string {
  const words = givenInputs(state).flatMap(({ name, text }) => [
    "--input",
    `${name}=${wrong.includes(name) ? "VALUE" : text}`,
  ]);
  return quote(["dingo-recover", "run", state.runbook, ...words]);
}

/** Names; of `input-invalid` the place may be theirs. */
function wrongInputs({ code, place = "" }: Pick<Standstill, "code" | "place">): readonly string[] {
  if (place.startsWith(INPUT)) return [place.slice(INPUT.length)];
  return code === "input-invalid" ? place.split(", ") : [];
}

const INPUT = "input ";
