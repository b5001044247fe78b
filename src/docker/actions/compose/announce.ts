import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { downtimeOf, downtimeText, minutesOf } from "./running-container.ts";

const input = z.strictObject({
  project: z.string(),
  /** The seconds that each first copy took. The copy in the window skips data that have not changed since. */
  copied: z.array(z.object({ seconds: z.number() })),
  /** Who was told before the run began; "" asks. */
  announced: z.string(),
});
const output = z.object({ told: z.string(), minutes: z.number().default(0) });

/** Asks for a text, because `--yes` answers harmless y/n questions. The runbook raises the effect, so that no dry run asks. */
export const announce = defineAction({
  id: "compose.announce",
  title: "Announce that the stack is down for a while",
  effect: "read",
  input,
  output,
  tell: ({ told, minutes }) => `announced: ${told}; ${downtimeText(minutes, "measured")}`,
  describe: () => [],
  async run(context, { project, copied, announced }): Promise<z.infer<typeof output>> {
    const seconds = downtimeOf(copied.reduce((sum, each) => sum + each.seconds, 0));
    const minutes = minutesOf(seconds);
    if (announced !== "") return { told: announced, minutes };
    const answer = await context.ask({
      kind: "text",
      id: "announced",
      prompt: `Who was told of ${downtimeText(minutes, "measured")} of ${project}? Names or "nobody" (Ctrl-C stops):`,
      needed: true,
      why: "Everything is stopped before it is copied, so that nothing is written that the copy lacks. The answer is journaled.",
    });
    const told = answer.value.trim();
    if (told !== "") return { told, minutes };
    throw refuse("stopped-by-operator", "nobody was told")
      .at(project)
      .advise('Nothing was changed. Announce it, then go on with "dingo-recover resume".');
  },
  verify: (_context, _request, { told }) => Promise.resolve({ holds: true, evidence: `the journal has it: ${told}` }),
});
