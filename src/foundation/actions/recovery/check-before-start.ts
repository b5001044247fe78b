import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { dockerInspect } from "../../../kit/commands/host-commands.ts";
import type { Cell } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { readyInput, refuseUnlessReady } from "./ready-to-start.ts";

const output = z.object({ registrator: z.string() });

/** Everything that a daemon restart, another operator or a deploy can have changed since the stop (dingo.md §8, 15). */
export const checkBeforeStart = defineAction({
  id: "recovery.check-before-start",
  title: "Look at everything once more before the start",
  effect: "read",
  input: readyInput,
  output,
  tell: (found) => `stopped as it was left; nobody else is at work; registrator ${found.registrator}`,
  describe: ({ container, cell, deployment }) => [
    { on: cell, line: quote(dockerInspect("-f", "{{.State.Status}} {{.State.StartedAt}}", container)) },
    { on: "here", line: `bosh locks; ${quote(["bosh", "-d", deployment, "tasks"])}` },
  ],
  async run(context, target): Promise<z.infer<typeof output>> {
    const { cell } = await refuseUnlessReady(context, target);
    return { registrator: await registrator(cell) };
  },
});

/** Without registrator the container does not find its own address; it can run outside Docker, so its absence is told only. */
async function registrator(cell: Cell): Promise<string> {
  const found = (await cell.docker.list()).find((each) => each.name === "registrator");
  if (found === undefined) return "not seen as a container";
  return found.running ? "running" : found.status;
}
