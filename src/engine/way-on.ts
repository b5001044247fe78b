/** How somebody goes on with a run that did not reach its end: it is resumed, or begun anew where resuming cannot help. */
import type { Json } from "../action.js";
import type { Entry } from "../journal/entry.js";
import { isLasting } from "../errors.js";
import { quote } from "../shell-quote.js";
import type { RunState } from "./state.js";

export type WayOn =
  | { readonly resumeWith: string }
  /** A command line for another run, to be put right by hand first. */
  | { readonly beginAnewWith: string }
  /** A rehearsal that was refused has come to its end; one that was taken over is another process's. */
  | Readonly<Record<string, never>>;

export interface Standstill {
  readonly run: string;
  /** Of the error that ended the process; absent where it was killed. */
  readonly code?: string | undefined;
  /** Whether a step may have changed the world. */
  readonly touched: boolean;
}

export function wayOn(state: RunState, { run, code, touched }: Standstill): WayOn {
  if (code === "fenced") return {};
  if (state.undoAsked || state.back) return { resumeWith: `dingo-recover undo ${run}` };
  if (touched || code === undefined || !isLasting(code)) return { resumeWith: `dingo-recover resume ${run}` };
  return state.rehearsal ? {} : { beginAnewWith: beginning(state) };
}

/** Whether a step that changes something was begun, as the journal alone tells it. */
export function hasTouched(entries: readonly Entry[]): boolean {
  return entries.some((entry) => entry.type === "step-started" && entry.effect !== "read");
}

function beginning({ runbook, inputs }: RunState): string {
  const words = Object.entries(inputs).flatMap(([name, value]) => {
    const text = asText(value);
    return text === "" ? [] : ["--input", `${name}=${text}`];
  });
  return quote(["dingo-recover", "run", runbook, ...words]);
}

/** As `--input` reads it again. */
function asText(value: Json): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? "" : String(value);
}
