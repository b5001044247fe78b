/** The operator of a rehearsal without a terminal: the scenario's answers, each shown. `run` never uses it. */
import type { Operator, Question } from "../../ports/operator.ts";
import type { Output } from "./output.ts";

/** `answers` by question id; "*expected*" types what is asked for, "*first*" takes the first choice. A question without an answer stays unanswered. */
export function scenarioOperator(answers: Readonly<Record<string, string>>, output: Output | undefined): Operator {
  return {
    ask: (question) => {
      const value = answers[question.id] ?? answers[kindKey(question)];
      if (value === undefined) return Promise.resolve(undefined);
      const typed = answerOf(question, value);
      output?.line(`  the scenario answers: ${typed}`);
      return Promise.resolve({ value: typed, by: "scenario" });
    },
  };
}

/** The best candidate stands first. */
function answerOf(question: Question, value: string): string {
  if (value === "*expected*" && question.kind === "typed") return question.expected;
  if (value === "*first*" && question.kind === "choice") return question.choices[0]?.value ?? value;
  return value;
}

/** An answer for every question of a kind: "any confirm", "any typed". */
function kindKey(question: Question): string {
  return `any ${question.kind}`;
}
