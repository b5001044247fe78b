/** If no sandbox can be made, a person may do without: the word is typed, and no flag stands for it. */
import { RecoverError } from "../../../errors.ts";
import type { Operator } from "../../../ports/operator.ts";
import type { Confined, Sandbox } from "../../../ports/sandbox.ts";
import { Unsandboxed } from "./unsandboxed.ts";

const WORD = "UNSANDBOXED";

type Open = (as: Confined["as"]) => Promise<Sandbox>;

/** Errors: `no-sandbox` if nobody typed the word, and `stopped-by-operator`. */
export function askedWithout(open: Open, operator: Operator): Open {
  return async (as) => {
    try {
      return await open(as);
    } catch (thrown) {
      if (!(thrown instanceof RecoverError) || thrown.code !== "no-sandbox") throw thrown;
      const answer = await operator.ask({
        kind: "typed",
        id: "unsandboxed",
        prompt: "Without a sandbox the database runs code of its owner with the rights of its account here",
        expected: WORD,
        why: `${thrown.message}. ${thrown.remedy}`,
        details: [
          "That code can read what its account can read, reach every network of this machine, and outlive the test.",
          `Type ${WORD} to do without; journal and report will say so.`,
        ],
      });
      if (answer?.value === WORD && answer.by === "operator") return new Unsandboxed(`${WORD} was typed`);
      throw thrown;
    }
  };
}
