/** The result of a look at the world after somebody claimed to have done a step, as a sentence for people. */
import type { Probe } from "../../action.ts";

export const HOW_FAR: Readonly<Record<Exclude<Probe<unknown>["state"], "done"> | "not-needed", string>> = {
  "not-done": "it is not done",
  partly: "it is done in part",
  unknown: "whether it is cannot be told",
  "not-needed": "it is not needed",
};
