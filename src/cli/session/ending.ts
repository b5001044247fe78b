/** Additions to the end of a run before anybody sees it: its standing, and commands that work as they are typed. */
import type { Closing, NextStep, Ways } from "../../kit/text/closing.ts";
import type { RunEvent } from "../../engine/state/event.ts";
import type { JournaledError } from "../../engine/journal/entry.ts";
import type { Journal } from "../../engine/journal/journal.ts";
import { optional } from "../../kit/optional.ts";
import { closingOf } from "../../report/closing.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import { standingText } from "../../report/standing/standing.ts";
import { withFlags } from "./flags-again.ts";

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
  return {
    ...field("resumeWith"),
    ...field("acceptWith"),
    ...field("undoWith"),
    ...field("beginAnewWith"),
    ...field("closeWith"),
  };
}

function closingAgain(closing: Closing, again: (command: string) => string): Closing {
  const ofStep = (step: NextStep): NextStep => ("command" in step ? { ...step, command: again(step.command) } : step);
  return { ...closing, next: closing.next.map(ofStep), look: closing.look.map(again) };
}
