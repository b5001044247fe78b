/**
 * Questions on a terminal, by inquirer. Enter never means yes; "?" tells why; Ctrl-C is a safe way out, since the run
 * can be resumed. The library is loaded when the first question comes.
 */
import { RecoverError } from "../errors.js";
import type {
  Answer,
  ChoiceQuestion,
  ConfirmQuestion,
  Operator,
  Question,
  TextQuestion,
  TypedQuestion,
} from "../ports/operator.js";
import { detailLines } from "./event-lines.js";
import type { Output } from "./output.js";
import { wrap } from "./text.js";

export function promptingOperator(output: Output): Operator {
  return {
    ask: async (question) => {
      const width = Math.min(output.columns, 120);
      for (const line of detailLines(question, width)) output.line(line);
      // A text is its own prompt; before anything bigger one has to know why.
      if (question.kind !== "text") for (const line of wrap(question.why, width, "    ")) output.line(line, "faint");
      try {
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

async function prompt(question: Question, output: Output): Promise<string> {
  const { default: inquirer } = await import("inquirer");
  const ask = async (message: string, secret: boolean): Promise<string> => {
    const type = secret ? "password" : "input";
    const { answer } = await inquirer.prompt<{ answer: string }>([
      { type, name: "answer", message: output.safe(message) },
    ]);
    return answer.trim();
  };
  switch (question.kind) {
    case "text":
      return await askText(question, ask);
    case "confirm":
      return await askConfirm(question, ask, output);
    case "typed":
      return await askTyped(question, ask, output);
    case "choice":
      return await askChoice(question, ask, output);
  }
}

type Ask = (message: string, secret: boolean) => Promise<string>;

async function askText(question: TextQuestion, ask: Ask): Promise<string> {
  const answer = await ask(
    question.default === undefined ? question.prompt : `${question.prompt} [${question.default}]`,
    question.secret === true,
  );
  return answer === "" ? (question.default ?? "") : answer;
}

/** "yes" only when y or yes was typed; an empty line is a no. */
async function askConfirm(question: ConfirmQuestion, ask: Ask, output: Output): Promise<string> {
  for (;;) {
    const answer = (await ask(`${question.prompt} (y/N)`, false)).toLowerCase();
    if (answer === "?") output.line(`    ${question.why}`);
    else if (answer === "y" || answer === "yes") return "yes";
    else if (answer === "" || answer === "n" || answer === "no") return "no";
  }
}

/** The text itself or nothing: an empty line is a no, and a mistyped one is asked again. */
async function askTyped(question: TypedQuestion, ask: Ask, output: Output): Promise<string> {
  for (;;) {
    const answer = await ask(`${question.prompt} Type ${question.expected}, or nothing to stop:`, false);
    if (answer === question.expected || answer === "") return answer;
    output.line(answer === "?" ? `    ${question.why}` : `    that is not ${question.expected}`);
  }
}

async function askChoice(question: ChoiceQuestion, ask: Ask, output: Output): Promise<string> {
  const values = question.choices.map((choice) => choice.value);
  for (;;) {
    const answer = await ask(`${question.prompt} One of ${values.join(", ")}:`, false);
    if (values.includes(answer)) return answer;
    output.line(answer === "?" ? `    ${question.why}` : `    "${answer}" is none of them`);
  }
}
