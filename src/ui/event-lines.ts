/** Every event as lines of text for people: the plain renderer prints them, the interactive one between its tasks. */
import type { PrintedCommand } from "../action.js";
import type { RunEvent } from "../engine/event.js";
import { unreachable } from "../errors.js";
import type { JournaledError } from "../journal/entry.js";
import type { Question } from "../ports/operator.js";
import { duration, row, wrap, wrapUnder } from "./text.js";

export interface LineOptions {
  readonly width: number;
  readonly verbose: boolean;
}

export function eventLines(event: RunEvent, { width, verbose }: LineOptions): string[] {
  switch (event.type) {
    case "run-began":
      return [
        ...wrap(
          `${event.title}${event.rehearsal ? "  (rehearsal: nothing real is touched)" : ""}${event.dryRun ? "  (dry run: nothing is changed)" : ""}`,
          width,
        ),
        `run ${event.run}, ${event.steps.length} steps${event.resumed ? ", resumed" : ""}`,
        "",
      ];
    case "target-fixed":
      return [`  target: ${event.target}`];
    case "step-began":
      return [
        ...hanging(
          `${stepName(event)}  ${event.title}${event.attempt > 1 ? ` (attempt ${event.attempt})` : ""}`,
          width,
        ),
        ...(verbose ? commandLines(event.commands) : []),
        ...(event.undo === undefined ? [] : wrap(`undo: ${event.undo}`, width, "    ")),
      ];
    case "step-progress":
      return verbose ? [`    ${progressText(event.progress)}`] : [];
    case "step-probed":
      return wrap(`probe of ${stepName(event)}: ${event.state}: ${event.evidence}`, width, "    ");
    case "step-ended":
      return endLines(event, { width, verbose });
    case "step-would-run":
      return [
        ...hanging(`${stepName(event)}  ${event.title}  [${event.effect}]`, width),
        ...commandLines(event.commands),
        ...(event.undo === undefined ? [] : wrap(`undo: ${event.undo}`, width, "    ")),
      ];
    case "review":
      return ["", ...event.rows.flatMap(({ label, value }) => row(label, value, width)), ""];
    case "waiting":
      return [
        ...wrap(`waiting: ${event.error.message}`, width, "    "),
        ...wrap(`${event.safe} Trying again for ${duration(event.patienceLeftMs)}.`, width, "    "),
      ];
    case "re-verified":
      return event.holds === "yes" && !verbose
        ? []
        : wrap(
            `${event.holds === "yes" ? "still holds" : event.holds === "no" ? "DRIFT" : "cannot be told"}: ${stepName(event)}: ${event.evidence}`,
            width,
            "  ",
          );
    case "question":
      return questionLines(event.question, width);
    case "answered":
      return [`    answered by ${event.by}`];
    case "note":
      return wrap(event.message, width, "  ");
    case "run-ended":
      return runEndLines(event, width);
    default:
      return unreachable(event);
  }
}

/** The first line alone begins at the edge. */
function hanging(text: string, width: number): string[] {
  const [first = "", ...rest] = wrap(text, width - 4);
  return [first, ...rest.map((line) => `    ${line}`)];
}

function stepName(event: { readonly step: string; readonly item?: string }): string {
  return event.item === undefined ? event.step : `${event.step}[${event.item}]`;
}

export function commandLines(commands: readonly PrintedCommand[]): string[] {
  return commands.flatMap(({ on, line, variables = [] }) => [
    `    ${on}$ ${line}`,
    ...variables.map(({ name, setWith }) => `      where $${name} is set by: ${setWith}`),
  ]);
}

export function progressText(progress: {
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: string;
}): string {
  const { message, done, total, unit } = progress;
  if (done === undefined) return message;
  return `${message} (${done}${total === undefined ? "" : ` of ${total}`}${unit === undefined ? "" : ` ${unit}`})`;
}

function endLines(event: Extract<RunEvent, { type: "step-ended" }>, { width, verbose }: LineOptions): string[] {
  const took = event.durationMs > 0 ? ` (${duration(event.durationMs)})` : "";
  switch (event.state) {
    case "succeeded":
      return wrap(
        `ok${event.how === undefined || event.how === "ran" ? "" : `, ${event.how}`}${took}${event.evidence === "" ? "" : `: ${event.evidence}`}`,
        width,
        "    ",
      );
    case "skipped":
      return wrap(skippedText(event, verbose), width);
    case "undone":
      if (event.how !== undefined) return wrap(`${stepName(event)}  ${withoutWay(event.how, event.evidence)}`, width);
      return wrap(`UNDONE: ${event.evidence}`, width, "    ");
    case "failed":
    case "in-doubt":
      return wrap(
        `${event.state.toUpperCase()}${took}${event.evidence === "" ? "" : `: ${event.evidence}`}`,
        width,
        "    ",
      );
  }
}

/** People are told what is not done; the runbook's expression is for those who wrote it. */
function skippedText(event: Extract<RunEvent, { type: "step-ended" }>, verbose: boolean): string {
  const what = event.title === undefined ? "" : `: ${event.title}`;
  return `${stepName(event)}  not needed, skipped${what}${verbose ? ` (${event.evidence})` : ""}`;
}

/** Of a step whose way back was not gone: no line before has named it. */
function withoutWay(how: string, evidence: string): string {
  if (how === "left") return `nothing to take back: ${evidence}`;
  return how === "found" ? `taken back already: ${evidence}` : evidence;
}

export function questionLines(question: Question, width: number): string[] {
  return [
    ...detailLines(question, width),
    ...wrap(`? ${question.prompt}`, width, "  "),
    ...wrap(question.why, width, "    "),
  ];
}

/** What a question shows before it is asked: commands, covered steps, choices with their consequences. */
export function detailLines(question: Question, width: number): string[] {
  const details = question.kind === "text" ? [] : (question.details ?? []);
  const choices =
    question.kind === "choice"
      ? question.choices.map(
          ({ value, label, consequence }) =>
            `${value}: ${label} (${consequence})${value === question.recommended ? "  [recommended]" : ""}`,
        )
      : [];
  const lines = [...details, ...choices].flatMap((text) =>
    isCommand(text) ? [`    ${text}`] : wrapUnder(`    ${text}`, width),
  );
  return lines.length === 0 ? [] : ["", ...lines];
}

/** The exact commands that a question is about, to be copied; each $NAME with how it is set. */
export function manualLines({ commands = [], byHand }: Question): string[] {
  if (commands.length === 0) return ["    Nothing would be run yet: no step is at hand."];
  const steps = commands.flatMap((each) => [
    `  ${each.step}: ${each.title}`,
    ...(each.commands.length === 0 ? ["    no command: this step only compares what was found"] : []),
    ...commandLines(each.commands),
  ]);
  const done =
    byHand === true
      ? [`  Type "done" when the commands of ${commands[0]?.step ?? "the step"} were run: the world is probed.`]
      : [];
  return ["", ...steps, "", ...done];
}

/** A command is one line, however long: it is there to be copied. */
function isCommand(text: string): boolean {
  return /^[^:]*\$ /.test(text);
}

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

function runEndLines(event: Extract<RunEvent, { type: "run-ended" }>, width: number): string[] {
  const error = event.error === undefined ? [] : ["", ...errorLines(event.error, width)];
  const head = event.head === "" ? [] : [`journal head: ${event.head}`];
  return [...error, "", `${event.outcome}, exit code ${event.exitCode}`, ...head, ...wayOnLines(event, width)];
}

/** How to go on; commands are never broken, so that they can be copied. */
export function wayOnLines(
  { resumeWith, beginAnewWith }: { readonly resumeWith?: string; readonly beginAnewWith?: string },
  width: number,
): string[] {
  if (resumeWith !== undefined) return [`continue with: ${resumeWith}`];
  if (beginAnewWith === undefined) return [];
  return [
    ...wrap("Nothing was created, and resuming would end in the same way. Once that is put right, begin anew:", width),
    `  ${beginAnewWith}`,
  ];
}
