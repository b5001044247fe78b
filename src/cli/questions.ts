/** `questions`: what to ask the person who deleted it. It asks no system, and needs no configuration. */
import { EXIT } from "../errors.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import type { Questioned } from "./preparing-options.js";
import { questionsText } from "./questions-text.js";

export async function questions(given: GlobalArguments & { readonly runbook: Questioned }): Promise<number> {
  const { runbook } = given;
  const output = createOutput({ secrets, color: given.color });
  const { text, inputs } = questionsText(runbook, output.isTerminal ? output.columns : undefined);
  if (given.json) output.json({ schema: "dingo-recover/questions@1", runbook, inputs, text });
  else for (const line of text.trimEnd().split("\n")) output.line(line);
  // On a terminal it is pasted by hand: what to do with it is not part of it.
  if (!given.json && output.isTerminal)
    for (const line of ["", "The answers are inputs:", `  dingo-recover run ${runbook} --inputs ANSWERS`])
      output.error(line);
  return await Promise.resolve(EXIT.done);
}
