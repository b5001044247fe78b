/** What a look at the world says of a step that somebody is said to have done, in a sentence of people. */
import type { Probe } from "../../action.ts";

export const HOW_FAR: Readonly<Record<Exclude<Probe<unknown>["state"], "done"> | "not-needed", string>> = {
  "not-done": "it is not done",
  partly: "it is done in part",
  unknown: "whether it is cannot be told",
  "not-needed": "it is not needed",
};
