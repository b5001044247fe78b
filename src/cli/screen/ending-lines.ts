/** The last lines of a run: why it stopped, then how it stands and what is to be done. */
import type { RunEvent } from "../../engine/state/event.ts";
import { EXIT } from "../../errors.ts";
import type { JournaledError } from "../../engine/journal/entry.ts";
import { closingLines, type ClosingOptions, type StyledLine, wayOnLines } from "./closing-lines.ts";
import { wrap } from "./text.ts";

type RunEnded = Extract<RunEvent, { type: "run-ended" }>;

export function endingLines(event: RunEnded, options: ClosingOptions): readonly StyledLine[] {
  const { error, closing, outcome, exitCode, head } = event;
  const { width, verbose } = options;
  const isGood = error === undefined && exitCode === EXIT.done;
  const isBrief = isGood && closing !== undefined && !verbose;
  return [
    ...(error === undefined ? [] : [BLANK, ...errorLines(error, width).map((text) => ({ text }))]),
    ...(closing === undefined ? [] : [BLANK, ...closingLines(closing, options)]),
    ...(isBrief ? [] : [BLANK, { text: `${FOUND[exitCode] ?? outcome}, exit code ${exitCode}` }]),
    // A cut tail of the journal is found against it.
    ...(isBrief || head === "" ? [] : [{ text: `journal head: ${head}`, style: "faint" } as const]),
    ...(closing === undefined ? wayOnLines(event, width) : []),
  ];
}

const BLANK: StyledLine = { text: "" };

const FOUND: Readonly<Record<number, string>> = {
  [EXIT.warning]: "ended with a warning",
  [EXIT.serious]: "ended with something serious found",
};

export function errorLines(error: JournaledError, width: number): string[] {
  return [
    ...wrap(`error: ${error.message}`, width),
    ...wrap(error.remedy, width, "  "),
    ...wrap(
      `(${error.code}${error.place === undefined ? "" : `, at ${error.place.replaceAll("\n", "\\n")}`})`,
      width,
      "  ",
    ),
  ];
}
