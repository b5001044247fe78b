/** Questions of commands that are no run: who leaves one of them has begun nothing. */
import { RecoverError, refuse } from "../../errors.ts";
import type { Operator } from "../../ports/operator.ts";
import { forgetTyped } from "../screen/forget-typed.ts";
import { readyToAsk } from "../screen/line-reading.ts";
import type { Output } from "../screen/output.ts";
import { promptingOperator } from "../screen/prompts.ts";

/** On the terminal. */
export const askOutsideRuns = (output: Output): Operator => outsideRuns(promptingOperator(output));

/** As `askOutsideRuns`, after long work: what was typed meanwhile is no consent. */
export const consentOutsideRuns = (output: Output): Operator => ({
  ask: async (question) => {
    await readyToAsk();
    await forgetTyped();
    return await askOutsideRuns(output).ask(question);
  },
});

/** An operator who leaves a question is told nothing of a run that can be resumed. */
export function outsideRuns(operator: Operator): Operator {
  return {
    ask: async (question) => {
      try {
        return await operator.ask(question);
      } catch (thrown) {
        throw thrown instanceof RecoverError && thrown.code === "stopped-by-operator"
          ? refuse(thrown.code, thrown.message).advise(
              "Nothing was begun, and nothing was changed: there is no run to resume.",
              thrown.cause,
            )
          : thrown;
      }
    },
  };
}
