import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { OWNER_AGREES } from "../../../ports/operator.ts";

const input = z.strictObject({ run: z.string(), target: z.string() });
const output = z.object({ owner: z.string() });

/**
 * The owner's yes, journaled with a name (law 2). A text, because `--yes` answers harmless y/n questions; the runbook
 * raises the effect, so that nobody is asked in a dry run or before the target was typed.
 */
export const askOwner = defineAction({
  id: "recovery.ask-owner",
  title: "Have the yes of the database's owner",
  effect: "read",
  input,
  output,
  tell: ({ owner }) => `${owner} agrees`,
  describe: () => [],
  async run(context, { run, target }): Promise<z.infer<typeof output>> {
    const answer = await context.ask({
      kind: "text",
      id: OWNER_AGREES,
      prompt: `Does the owner of ${target} agree? The owner's name, or no:`,
      needed: true,
      why: `What run ${run} moved aside is deleted for good. Its owner has to have looked at the recovered data and said yes; the name is journaled.`,
    });
    const owner = answer.value.trim();
    if (owner !== "" && !/^no?$/i.test(owner)) return { owner };
    throw refuse("stopped-by-operator", `the owner of "${target}" has not agreed`)
      .at(target)
      .advise(`Nothing was deleted. Ask the owner, then go on with "dingo-recover cleanup ${run}".`);
  },
  verify: (_context, _request, { owner }) =>
    Promise.resolve({ holds: true, evidence: `the journal has the yes of ${owner}` }),
});
