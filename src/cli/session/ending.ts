/** Additions to the end of a run before anybody sees it: its standing, and commands that work as they are typed. */
import { resolve } from "node:path";
import type { Closing, NextStep, Ways } from "../../kit/text/closing.ts";
import type { RunEvent } from "../../engine/state/event.ts";
import type { JournaledError } from "../../engine/journal/entry.ts";
import type { Journal } from "../../engine/journal/journal.ts";
import { optional } from "../../kit/optional.ts";
import { closingOf } from "../../report/closing.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import { standingText } from "../../report/standing/standing.ts";
import type { GlobalArguments } from "../options/options.ts";

/** The flags of this call that every later call about the run needs too. */
export function flagsAgain(given: Pick<GlobalArguments, "config" | "state-dir">): readonly string[] {
  const { config } = given;
  return [...(config === undefined ? [] : ["--config", resolve(config)]), ...stateAgain(given)];
}

/** The one of them that a rehearsal needs. */
export function stateAgain({ "state-dir": state }: Pick<GlobalArguments, "state-dir">): readonly string[] {
  return state === undefined ? [] : ["--state-dir", resolve(state)];
}

export function withClosing(event: RunEvent, { entries }: Journal, flags: readonly string[]): RunEvent {
  if (event.type !== "run-ended") return event;
  const world = event.error === undefined ? undefined : standingText(entries);
  const closing = closingOf(entries, event);
  const again = (command: string): string => withFlags(command, flags);
  return {
    ...event,
    ...waysAgain(event, again),
    ...optional("error", event.error === undefined ? undefined : errorAgain(event.error, event.run, flags)),
    ...optional("world", world),
    ...optional("closing", closing === undefined ? undefined : closingAgain(closing, again)),
  };
}

/** In a sentence the flags stand behind the name of the run. */
function errorAgain(error: JournaledError, run: string, flags: readonly string[]): JournaledError {
  if (flags.length === 0) return error;
  const ours = new RegExp(`dingo-recover (?:resume|undo) ${run}`, "gu");
  return { ...error, remedy: error.remedy.replace(ours, (command) => `${command} ${quote(flags)}`) };
}

export function waysAgain(ways: Ways, again: (command: string) => string): Ways {
  const field = <K extends keyof Ways>(key: K) => optional(key, ways[key] === undefined ? undefined : again(ways[key]));
  return { ...field("resumeWith"), ...field("undoWith"), ...field("beginAnewWith"), ...field("closeWith") };
}

function closingAgain(closing: Closing, again: (command: string) => string): Closing {
  const ofStep = (step: NextStep): NextStep => ("command" in step ? { ...step, command: again(step.command) } : step);
  return { ...closing, next: closing.next.map(ofStep), look: closing.look.map(again) };
}

/** Those of other programs stay as they are. */
export function withFlags(command: string, flags: readonly string[]): string {
  return flags.length === 0 || !command.startsWith("dingo-recover ") ? command : `${command} ${quote(flags)}`;
}
