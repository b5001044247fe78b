import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { placeText } from "../storage/host-input.ts";
import { stackInput } from "./stack.ts";

const input = z.strictObject({ ...stackInput, commands: z.array(z.string()) });
const output = z.object({ answers: z.array(z.object({ command: z.string(), answer: z.string() })) });

/**
 * Migrations and other steps of the stack's upgrade are for its owner to run: the run asks for them and journals the
 * answer.
 */
export const runByHand = defineAction({
  id: "compose.by-hand",
  title: "Build, migrate and precompile, by hand",
  effect: "read",
  input,
  output,
  tell: ({ answers }) => answers.map(({ command, answer }) => `${command}: ${answer}`).join("\n"),
  describe: ({ host, commands }) => commands.map((line) => ({ on: placeText({ host }), line })),
  async run(context, { commands, project }): Promise<z.infer<typeof output>> {
    const answers: { command: string; answer: string }[] = [];
    for (const [index, command] of commands.entries()) {
      const { value } = await context.ask({
        kind: "text",
        id: `command-${index}`,
        prompt: `Run it in another terminal: ${command}\nHow did it end? ("done" or "skipped"; Ctrl-C stops):`,
        needed: true,
        why: "The databases run on their new directories and nothing else does. The answer is journaled.",
      });
      if (value.trim() === "")
        throw refuse("stopped-by-operator", `"${command}" was not run`)
          .at(project)
          .advise('Run it, then go on with "dingo-recover resume".');
      answers.push({ command, answer: value.trim() });
    }
    return { answers };
  },
  verify: () => Promise.resolve({ holds: true, evidence: "the journal has the answers" }),
});
