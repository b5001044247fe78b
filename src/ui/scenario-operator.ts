/** The operator of a rehearsal without a terminal: the scenario's answers, each shown. `run` never uses it. */
import type { Operator, Question } from "../ports/operator.js";
import type { Output } from "./output.js";

/** `answers` by question id; "*target*" types what is asked for. A question without an answer stays unanswered. */
export function scenarioOperator(answers: Readonly<Record<string, string>>, output: Output | undefined): Operator {
  return {
    ask: (question) => {
      const value = answers[question.id] ?? answers[kindKey(question)];
      if (value === undefined) return Promise.resolve(undefined);
      const typed = value === "*expected*" && question.kind === "typed" ? question.expected : value;
      output?.line(`  the scenario answers: ${typed}`);
      return Promise.resolve({ value: typed, by: "scenario" });
    },
  };
}

/** An answer for every question of a kind: "any confirm", "any typed". */
function kindKey(question: Question): string {
  return `any ${question.kind}`;
}
