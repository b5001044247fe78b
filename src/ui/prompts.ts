/**
 * Questions on a terminal, by inquirer. Enter never means yes; "?" tells why, "m" shows the exact commands; Ctrl-C is a
 * safe way out, since the run can be resumed. The library is loaded when the first question comes.
 */
import { RecoverError } from "../errors.js";
import type { Answer, Operator, Question, TextQuestion } from "../ports/operator.js";
import { detailLines, manualLines } from "./event-lines.js";
import type { Output } from "./output.js";
import { rowsOf, wrap } from "./text.js";

/** `held`: lines that belong right above the prompt of the question at hand. */
export function promptingOperator(output: Output, held: () => readonly string[] = () => []): Operator {
  return {
    ask: async (question) => {
      try {
        await showBefore(question, output, held());
        return { value: await prompt(question, output), by: "operator" } satisfies Answer;
      } catch (error) {
        if (error instanceof Error && error.name === "ExitPromptError") throw leftThePrompt();
        throw error;
      }
    },
  };
}

function leftThePrompt(): RecoverError {
  return new RecoverError("stopped-by-operator", "stopped at a question", {
    remedy: "Nothing was changed since the last finished step; the run can be resumed.",
    effect: "none",
  });
}

/** The prompt on a narrow screen, and the line of the question before it. */
const PROMPT_ROWS = 4;

/** Everything that has to be seen before the answer; where the screen is too low for it, page by page. */
async function showBefore(question: Question, output: Output, held: readonly string[]): Promise<void> {
  const width = Math.min(output.columns, 120);
  // A text is its own prompt; before anything bigger one has to know why.
  const why = question.kind === "text" ? [] : wrap(question.why, width, "    ");
  const above = withoutBlanks(held);
  // Where something is held, it alone is what the answer is about.
  const [first, last] = above.length > 0 ? [[...why, ""], above] : [[], why];
  const height = (line: string): number => rowsOf(output.safe(line), output.columns);
  const pages = pagesOf({ rows: output.rows, height }, [...detailLines(question, width), ...first], last);
  await turnOver(output, pages, (line) => output.line(line, why.includes(line) ? "faint" : undefined));
}

async function turnOver(
  output: Output,
  pages: readonly (readonly string[])[],
  show: (line: string) => void,
): Promise<void> {
  for (const [index, page] of pages.entries()) {
    for (const line of page) show(line);
    if (index < pages.length - 1)
      await readLine(output, { message: `Page ${index + 1} of ${pages.length}; Enter shows the next` });
  }
}

/** Every line of a low screen counts. */
function withoutBlanks(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.trim() !== "");
}

export interface Screen {
  readonly rows: number;
  /** How many of them a line takes: a long one is broken by the terminal. */
  readonly height: (line: string) => number;
}

/** What is decided upon (`last`) stays on the screen while the answer is typed; the rest is turned over before it. */
export function pagesOf(
  { rows, height }: Screen,
  first: readonly string[],
  last: readonly string[],
): readonly (readonly string[])[] {
  const all = [...first, ...last];
  if (all.reduce((sum, line) => sum + height(line), 0) <= rows - PROMPT_ROWS) return [all];
  return [...slices(first, rows - 2, height), ...slices(last, rows - PROMPT_ROWS, height)];
}

/** Pages of at most `size` rows; a line that is higher than a page stands alone. */
function slices(lines: readonly string[], size: number, height: Screen["height"]): readonly (readonly string[])[] {
  const pages: string[][] = [];
  let left = 0;
  for (const line of lines) {
    const page = pages.at(-1);
    if (page === undefined || height(line) > left) {
      pages.push([line]);
      left = Math.max(5, size) - height(line);
    } else {
      page.push(line);
      left -= height(line);
    }
  }
  return pages;
}

/** The library marks a line with a tick as soon as something was typed, be it no answer: one mark for both. */
const THEME = { prefix: { idle: "?", done: "?" } };

async function readLine(output: Output, { message, room = 0, secret = false }: Line): Promise<string> {
  const { default: inquirer } = await import("inquirer");
  const type = secret ? "password" : "input";
  const { answer } = await inquirer.prompt<{ answer: string }>([
    { type, name: "answer", theme: THEME, message: laidOut(output.safe(message), { columns: output.columns, room }) },
  ]);
  return answer.trim();
}

interface Line {
  readonly message: string;
  /** Columns that the answer needs behind it. */
  readonly room?: number;
  readonly secret?: boolean;
}

/** Columns of the mark before a prompt. */
const MARK = 2;

/** The library breaks a long line anywhere; broken at words, with the answer whole behind it, it is left as it is. */
export function laidOut(
  message: string,
  { columns, room }: { readonly columns: number; readonly room: number },
): string {
  const fits = (lines: readonly string[]): boolean => MARK + (lines.at(-1) ?? "").length + 1 + room < columns;
  const whole = wrap(message, columns - MARK - 1);
  const lines = fits(whole) ? whole : wrap(message, Math.max(columns - MARK - 1 - room - 1, columns / 2));
  return lines.join(`\n${" ".repeat(MARK)}`);
}

/** Asks until there is an answer: neither "?" nor "m" is one, but for a secret. */
async function prompt(question: Question, output: Output): Promise<string> {
  const message = promptOf(question);
  if (question.kind === "text" && question.secret === true) return await readLine(output, { message, secret: true });
  for (;;) {
    const answer = await readLine(output, { message, room: roomOf(question) });
    const value = valueOf(question, answer);
    if (value !== undefined) return value;
    const lines = asideLines(question, answer, Math.min(output.columns, 120));
    const height = (line: string): number => rowsOf(output.safe(line), output.columns);
    await turnOver(output, pagesOf({ rows: output.rows, height }, lines, []), (line) => output.line(line));
  }
}

/** The whole line before the cursor. */
function promptOf(question: Question): string {
  const aside = question.commands === undefined ? "" : question.byHand === true ? "; m, done: by hand" : "; m: by hand";
  switch (question.kind) {
    case "text":
      return question.default === undefined ? question.prompt : `${question.prompt} [${question.default}]`;
    case "confirm":
      return `${question.prompt} (y/N${aside})`;
    case "typed":
      return `${question.prompt} Type ${asWritten(question.expected)}, or nothing to stop${aside === "" ? "" : ` (${aside.slice(2)})`}:`;
    case "choice":
      return `${question.prompt} One of ${question.choices.map(({ value }) => value).join(", ")}${aside}:`;
  }
}

/** Several words need marks that say where they end. */
function asWritten(expected: string): string {
  return expected.includes(" ") ? `"${expected}"` : expected;
}

/** Most names of services, organizations and spaces are shorter. */
const NAME_ROOM = 24;

function roomOf(question: Question): number {
  switch (question.kind) {
    case "text":
      return NAME_ROOM;
    case "confirm":
      return "done".length;
    case "typed":
      return question.expected.length;
    case "choice":
      return Math.max(...question.choices.map(({ value }) => value.length));
  }
}

/** Undefined where what was typed is no answer. */
function valueOf(question: Question, answer: string): string | undefined {
  if (answer === "done" && question.byHand === true) return "by-hand";
  switch (question.kind) {
    case "text":
      return isAside(question, answer) ? undefined : answer === "" ? (question.default ?? "") : answer;
    case "confirm":
      return { y: "yes", yes: "yes", "": "no", n: "no", no: "no" }[answer.toLowerCase()];
    case "typed":
      return answer === question.expected || answer === "" ? answer : undefined;
    case "choice":
      return question.choices.some(({ value }) => value === answer) ? answer : undefined;
  }
}

/** Any text may be an answer; these are one only where nothing else is offered for them. */
function isAside(question: TextQuestion, answer: string): boolean {
  return answer === "?" || (answer === "m" && question.commands !== undefined);
}

function asideLines(question: Question, answer: string, width: number): readonly string[] {
  if (answer === "?") return wrap(question.why, width, "    ");
  if (answer === "m") return manualLines(question);
  switch (question.kind) {
    case "typed":
      return [`    that is not ${question.expected}`];
    case "choice":
      return [`    "${answer}" is none of them`];
    default:
      return [];
  }
}
