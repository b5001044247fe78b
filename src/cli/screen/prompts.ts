/**
 * Questions on a terminal. Enter alone is no answer, for it turns pages too. "?" tells why, and "m" shows the exact commands.
 * Ctrl-C is a safe way out, since the run can be resumed.
 */
import { refuse } from "../../errors.ts";
import type { Answer, Operator, Question } from "../../ports/operator.ts";
import { scriptHead, typedLines } from "../../kit/text/typed-lines.ts";
import { asideLines, asWritten, valueOf } from "./answers.ts";
import { detailLines } from "./event-lines.ts";
import { LeftPrompt, readLine } from "./line-reading.ts";
import type { Output } from "./output.ts";
import { rowsOf, wrap } from "./text.ts";

/** Said once, when a run begins. */
export const AT_EVERY_QUESTION =
  "At a question, ? says why it is asked, and m (if it is offered) how to do the step by hand. Ctrl-C stops safely: once at a question, twice while a step is at work.";

/** `held`: lines that belong right above the prompt of the question at hand. */
export function promptingOperator(output: Output, held: () => readonly string[] = () => []): Operator {
  return {
    ask: async (question, signal) => {
      const desk = { output, signal };
      try {
        await showBefore(question, desk, held());
        return { value: await prompt(question, desk), by: "operator" } satisfies Answer;
      } catch (error) {
        if (error instanceof LeftPrompt || (error instanceof Error && LEFT.has(error.name)))
          throw refuse("stopped-by-operator", "stopped at a question").advise(
            "Nothing was changed since the last finished step; the run can be resumed.",
          );
        throw error;
      }
    },
  };
}

/** The library's errors: somebody pressed Ctrl-C, or a stop took the question away. */
const LEFT: ReadonlySet<string> = new Set(["ExitPromptError", "AbortPromptError"]);

interface Desk {
  readonly output: Output;
  readonly signal: AbortSignal | undefined;
}

/** The prompt on a narrow screen, and the line of the question before it. */
const PROMPT_ROWS = 4;

/** Shows everything that a person has to see before the answer: page by page if the screen is too low. */
async function showBefore(question: Question, desk: Desk, held: readonly string[]): Promise<void> {
  const { output } = desk;
  const width = Math.min(output.columns, 120);
  // A question for a text says all in its prompt. Before any other, a person has to know why it is asked.
  const why = question.kind === "text" ? [] : wrap(question.why, width, "    ");
  // The facts stand first; what undo does and what begins now stand right above the answer.
  const facts = withoutBlanks(held);
  const details = withoutBlanks(detailLines(withScriptHeads(question), width));
  const [first, last] = facts.length > 0 ? [facts, [...details, ...why]] : [["", ...details], why];
  const height = (line: string): number => rowsOf(output.safe(line), output.columns);
  const pages = pagesOf({ rows: output.rows, height }, first, last);
  const style = question.kind === "typed" ? "strong" : "faint";
  await turnOver(desk, pages, (line) => output.line(line, why.includes(line) ? style : undefined));
}

/** Shortens scripts among the details if "m" shows them whole. */
function withScriptHeads(question: Question): Question {
  if (question.kind === "text" || question.details === undefined) return question;
  const typed = new Set((question.commands ?? []).flatMap(({ commands }) => typedLines(commands)));
  const details = question.details.map((text) => (typed.has(text.trimStart()) ? scriptHead(text) : text));
  return { ...question, details };
}

/** `wayOut`: q leaves the pages that a person asked for; those before a question are all seen. */
async function turnOver(
  desk: Desk & { readonly wayOut?: boolean },
  pages: readonly (readonly string[])[],
  show: (line: string) => void,
): Promise<void> {
  for (let at = 0; at < pages.length; ) {
    for (const line of pages[at] ?? []) show(line);
    if (at === pages.length - 1) return;
    at += await turned(desk, at, pages.length);
  }
}

/** Only Enter, b and q turn a page: other typed text may be meant for the question, which comes with the last page. */
async function turned(
  { output, signal, wayOut = false }: Parameters<typeof turnOver>[0],
  at: number,
  count: number,
): Promise<number> {
  const back = at === 0 ? "" : ", b the one before";
  const out = wayOut ? ", q leaves" : "";
  for (;;) {
    const typed = await readLine(output, {
      message: `Page ${at + 1} of ${count}; Enter shows the next${back}${out}`,
      signal,
    });
    if (typed === "") return 1;
    if (typed === "b" && at > 0) return -1;
    if (typed === "q" && wayOut) return count;
    output.line("    Press Enter: you answer on the last page. Ctrl-C leaves it all.", "faint");
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

/** The lines to decide upon (`last`) stay on the screen while the answer is typed; the rest is paged before them. */
export function pagesOf(
  { rows, height }: Screen,
  first: readonly string[],
  last: readonly string[],
): readonly (readonly string[])[] {
  const fits = (lines: readonly string[]): boolean =>
    lines.reduce((sum, line) => sum + height(line), 0) <= rows - PROMPT_ROWS;
  if (fits([...first, ...last])) return [[...first, ...last]];
  const before = slices(first, rows - 2, height);
  const decided = slices(last, rows - PROMPT_ROWS, height);
  const joined = [...(before.at(-1) ?? []), ...(decided[0] ?? [])];
  return decided.length === 1 && fits(joined) ? [...before.slice(0, -1), joined] : [...before, ...decided];
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

/** Asks until there is an answer: neither "?" nor "m" is one, but for a secret. */
async function prompt(question: Question, desk: Desk): Promise<string> {
  const { output, signal } = desk;
  const message = promptOf(question);
  if (question.kind === "text" && question.secret === true)
    return await readLine(output, { message, secret: true, signal });
  for (let before = ""; ; ) {
    const answer = await readLine(output, { message, room: roomOf(question), signal });
    const value = valueOf(question, answer, before);
    if (value !== undefined) {
      // The choice that a number or a beginning has picked is shown before it takes effect.
      if (question.kind === "choice" && value !== answer) output.line(`    ${value}`);
      return value;
    }
    before = answer;
    const lines = asideLines(question, answer, Math.min(output.columns, 120));
    const height = (line: string): number => rowsOf(output.safe(line), output.columns);
    const pages = pagesOf({ rows: output.rows, height }, lines, []);
    await turnOver({ ...desk, wayOut: true }, pages, (line) => output.line(line));
  }
}

/** The whole line before the cursor. */
function promptOf(question: Question): string {
  const byHand =
    question.commands === undefined ? "" : question.byHand === true ? "; m, done: by hand" : "; m: by hand";
  const aside = `; ?: why${byHand}`;
  switch (question.kind) {
    case "text":
      return question.default === undefined ? question.prompt : `${question.prompt} [${question.default}]`;
    case "confirm":
      return `${question.prompt} (y/n${aside})`;
    case "typed":
      return `${question.prompt} Type ${asWritten(question.expected)} (${aside.slice(2)}; Ctrl-C stops):`;
    case "choice":
      return `${question.prompt} Type a number or a name (${aside.slice(2)}; Ctrl-C stops):`;
  }
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
