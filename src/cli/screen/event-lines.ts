/** Every event as lines of text for people: the plain renderer prints them, the interactive one between its tasks. */
import type { PrintedCommand, Progress } from "../../action.ts";
import { bytesText } from "../../kit/text/bytes.ts";
import { counted } from "../../kit/text/counted.ts";
import type { GivenInput, RunEvent } from "../../engine/state/event.ts";
import { unreachable } from "../../errors.ts";
import { unitName } from "../../engine/journal/entry.ts";
import type { ChoiceQuestion, Question } from "../../ports/operator.ts";
import { typedLines } from "../../kit/text/typed-lines.ts";
import { endingLines } from "./ending-lines.ts";
import { duration, row, wrap, wrapUnder } from "./text.ts";

export interface LineOptions {
  readonly width: number;
  readonly verbose: boolean;
}

const ANSWERED_BY: Readonly<Record<string, string>> = {
  flag: "an option of the command line",
  scenario: "the rehearsal",
  journal: "an earlier answer of this run",
};

export function eventLines(event: RunEvent, { width, verbose }: LineOptions): string[] {
  switch (event.type) {
    case "run-began":
      return [
        ...wrap(
          `${event.title}${event.rehearsal ? "  (rehearsal: nothing real is touched)" : ""}${event.dryRun ? "  (dry run: nothing is changed)" : ""}`,
          width,
        ),
        `run ${event.run}, ${counted(event.steps.length, "step")}${event.resumed && !event.dryRun ? ", resumed" : ""}`,
        ...givenLines(event.given ?? [], width),
        "",
      ];
    case "target-fixed":
      return [`  target: ${event.target}`];
    case "step-began":
      return [
        ...hanging(
          `${unitName(event)}  ${event.title}${event.attempt > 1 ? ` (attempt ${event.attempt})` : ""}`,
          width,
        ),
        ...(verbose ? commandLines(event.commands) : []),
        ...wayBackLines(event, width),
      ];
    case "step-progress":
      return verbose ? [`    ${progressText(event.progress)}`] : [];
    case "step-probed":
      return probedLines(event, { width, verbose });
    case "step-ended":
      return endLines(event, { width, verbose });
    case "step-would-run":
      return [
        ...hanging(`${unitName(event)}  ${event.title}  [${event.effect}]`, width),
        ...commandLines(event.commands),
        ...wayBackLines(event, width),
      ];
    case "review":
      return event.rows.length === 0
        ? []
        : ["", ...event.rows.flatMap(({ label, value }) => row(label, value, width)), ""];
    case "waiting":
      return [
        ...wrap(`waiting: ${event.error.message}`, width, "    "),
        ...wrap(`${event.safe} ${tryingAgain(event)}`, width, "    "),
      ];
    case "re-verified":
      return event.holds === "yes" && !verbose
        ? []
        : wrap(
            `${event.holds === "yes" ? "still holds" : event.holds === "no" ? "no longer holds" : "cannot be checked"}: ${unitName(event)}: ${event.evidence}`,
            width,
            "  ",
          );
    case "question":
      return questionLines(event.question, width);
    case "answered":
      return wrap(answeredText(event), width, "    ");
    case "note":
      return wrap(event.message, width, "  ");
    case "run-ended":
      return endingLines(event, { width, verbose }).map(({ text }) => text);
    default:
      return unreachable(event);
  }
}

function answeredText({ step, question, by, option }: Extract<RunEvent, { type: "answered" }>): string {
  const what = step === undefined ? question : `${step} (${question})`;
  return `${what}: answered by ${option ?? ANSWERED_BY[by] ?? by}`;
}

function wayBackLines({ undo, back }: { readonly undo?: string; readonly back?: true }, width: number): string[] {
  return undo === undefined ? [] : wrap(back === true ? undo : `undo: ${undo}`, width, "    ");
}

/** With its item: several of one step have the same title. */
export const titleOf = ({ title, item }: { readonly title: string; readonly item?: string }): string =>
  item === undefined ? title : `${title} [${item}]`;

/** Inputs that were given before are not asked again: they stand here, a long one by its beginning. */
function givenLines(given: readonly GivenInput[], width: number): readonly string[] {
  const short = (text: string): string => (text.length > LONGEST_GIVEN ? `${text.slice(0, LONGEST_GIVEN)}…` : text);
  const all = given.map(({ name, text }) => `${name}=${short(text)}`);
  return all.length === 0 ? [] : wrap(`with ${all.join(", ")}`, width);
}

const LONGEST_GIVEN = 80;

function tryingAgain({ patienceLeftMs }: Extract<RunEvent, { type: "waiting" }>): string {
  return `Trying again for ${duration(patienceLeftMs)} (--patience sets how long); Ctrl-C stops safely, resume goes on.`;
}

/** The end of a way back follows, and tells the same. */
function probedLines(event: Extract<RunEvent, { type: "step-probed" }>, { width, verbose }: LineOptions): string[] {
  const { back, state } = event;
  if (back !== true) return wrap(`probe of ${unitName(event)}: ${state}: ${probedText(event)}`, width, "    ");
  if (!verbose && (state === "done" || state === "not-done")) return [];
  return wrap(`${unitName(event)}: ${BACK[state] ?? state}: ${probedText(event)}`, width, "    ");
}

const BACK: Readonly<Record<string, string>> = {
  done: "it is taken back",
  "not-done": "it is not taken back yet",
  partly: "it is taken back in part",
  unknown: "whether it is taken back cannot be told",
};

/** A step that is done is told whole at its end, which follows. */
function probedText({ state, evidence }: Extract<RunEvent, { type: "step-probed" }>): string {
  return state === "done" ? (evidence.split("\n", 1)[0] ?? "") : evidence;
}

/** The first line alone begins at the edge. */
function hanging(text: string, width: number): string[] {
  const [first = "", ...rest] = wrap(text, width - 4);
  return [first, ...rest.map((line) => `    ${line}`)];
}

export function commandLines(commands: readonly PrintedCommand[]): string[] {
  return typedLines(commands).map((line) => `    ${line}`);
}

export function progressText({ message, done, total, unit }: Progress): string {
  if (done === undefined) return message;
  const amount = (count: number): string => (unit === "bytes" ? bytesText(count) : `${count}`);
  const of = total === undefined ? "" : ` of ${amount(total)}`;
  return `${message} (${amount(done)}${of}${unit === undefined || unit === "bytes" ? "" : ` ${unit}`})`;
}

function endLines(event: Extract<RunEvent, { type: "step-ended" }>, { width, verbose }: LineOptions): string[] {
  const took = event.durationMs > 0 ? ` (${duration(event.durationMs)})` : "";
  switch (event.state) {
    case "succeeded":
      return [
        ...wrap(
          `ok${event.how === undefined || event.how === "ran" ? "" : `, ${event.how}`}${took}${event.evidence === "" ? "" : `: ${event.evidence}`}`,
          width,
          "    ",
        ),
        ...overcomeLines(event, width),
      ];
    case "skipped":
      return isUnneeded(event) && !verbose ? [] : wrap(skippedText(event), width);
    case "undone":
      if (event.how !== undefined) return wrap(`${unitName(event)}  ${withoutWay(event.how, event.evidence)}`, width);
      return wrap(`UNDONE: ${event.evidence}`, width, "    ");
    case "failed":
    case "in-doubt":
      return [
        ...(event.title === undefined ? [] : hanging(`${unitName(event)}  ${event.title}`, width)),
        ...wrap(
          `${event.state.toUpperCase()}${took}${event.evidence === "" ? "" : `: ${event.evidence}`}`,
          width,
          "    ",
        ),
      ];
  }
}

/** The error of a call whose effect a look has found. */
export function overcomeLines({ state, error }: Extract<RunEvent, { type: "step-ended" }>, width: number): string[] {
  if (state !== "succeeded" || error === undefined) return [];
  return wrap(`Found done after an error: ${error.message}. ${error.remedy}`, width, "    ");
}

/** The step never began, because nothing was to be done: only verbose output tells it. */
export function isUnneeded({ state, title }: Extract<RunEvent, { type: "step-ended" }>): boolean {
  return state === "skipped" && title !== undefined;
}

function skippedText(event: Extract<RunEvent, { type: "step-ended" }>): string {
  const what = event.title === undefined ? "" : `: ${event.title}`;
  return `${unitName(event)}  not needed, skipped${what} (${event.evidence})`;
}

/** Of a step whose way back was not gone: no line before has named it. */
function withoutWay(how: string, evidence: string): string {
  if (how === "left") return `left as it is: ${evidence}`;
  return how === "found" ? `taken back already: ${evidence}` : evidence;
}

export function questionLines(question: Question, width: number): string[] {
  return [
    ...detailLines(question, width),
    ...moreLines(question, width),
    ...wrap(`? ${question.prompt}`, width, "  "),
    ...wrap(question.why, width, "    "),
  ];
}

/** The answers to "why?" at a question. */
export function moreLines(question: Question, width: number): string[] {
  return (question.more ?? []).flatMap((text) => wrapUnder(`    ${text}`, width));
}

/** The lines of a question before its prompt: commands, covered steps, choices with their consequences. */
export function detailLines(question: Question, width: number): string[] {
  const details = question.kind === "text" ? [] : (question.details ?? []);
  const lines = [
    ...details.flatMap((text) => wrapUnder(`    ${text}`, width)),
    ...(question.kind === "choice" ? choiceLines(question, width) : []),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}

/** Above it, what it means stands below a value and not beside it. */
const WIDEST_VALUE = 16;

function choiceLines({ choices, recommended }: ChoiceQuestion, width: number): readonly string[] {
  const column = Math.min(WIDEST_VALUE, Math.max(...choices.map(({ value }) => value.length))) + 2;
  const digits = String(choices.length).length;
  return choices.flatMap(({ value, label, consequence }, index) => {
    const text = `${label} (${consequence})${value === recommended ? "  [recommended]" : ""}`;
    const number = `${index + 1}`.padStart(digits);
    const head = number.trim() === value ? " ".repeat(digits) : number;
    const lines = wrap(text, width, " ".repeat(3 + digits + column));
    const [first = "", ...rest] = lines;
    return value.length > WIDEST_VALUE
      ? [`  ${head} ${value}`, ...lines]
      : [`  ${head} ${value.padEnd(column)}${first.trimStart()}`, ...rest];
  });
}

/** The exact commands that a question is about, to be copied; the line that sets a $NAME stands before its use. */
export function manualLines({ commands = [], byHand }: Question, width = 80): string[] {
  if (commands.length === 0) return ["    Nothing would be run yet: no step is at hand."];
  const steps = commands.flatMap((each) => [
    `  ${each.step}: ${each.title}`,
    ...(each.commands.length === 0 ? ["    nothing is run for this step"] : []),
    ...commandLines(each.commands),
  ]);
  const done =
    byHand === true
      ? wrap(
          `Type "done" when the commands of ${commands[0]?.step ?? "the step"} were run: the result is then checked.`,
          width,
          "  ",
        )
      : [];
  return ["", ...steps, "", ...done];
}
