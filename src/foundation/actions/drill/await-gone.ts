import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { containersOf } from "../docker/locate-container.ts";
import { printedContainers } from "../docker/printed-containers.ts";
import { waitFor } from "../../../kit/wait.ts";

/** A broker stops a container for ten seconds, and one after the other (dingo.md §3.9). */
const DEADLINE_MS = 5 * 60_000;
const POLL_MS = 1_000;

const input = z.strictObject({ guid: z.guid(), deployment: z.string() });
type Input = z.infer<typeof input>;
const output = z.object({ guid: z.guid() });

/** A container that lives on would go on writing to the archive that is going to be read (law 1). */
export const awaitContainersGone = defineAction({
  id: "drill.await-gone",
  title: "Wait until no cell has a container of the drill's deleted service",
  effect: "read",
  input,
  output,
  tell: ({ guid }) => `no cell has a container of ${guid}`,
  describe: ({ guid }) => [printedContainers(guid, "none may be left")],
  async run(context, request): Promise<z.infer<typeof output>> {
    const { guid } = request;
    return await waitFor(context, {
      deadlineMs: DEADLINE_MS,
      pollMs: POLL_MS,
      look: async () => {
        const left = await leftOf(context, request);
        return left === "" ? { found: { guid } } : { instead: left };
      },
      tell: (left) => `waiting for the broker to remove ${left}`,
      late: (left) =>
        refuse("deadline-passed", `the broker has left ${left}`)
          .at(guid)
          .advise(
            "The deletion was reported as done: look at the broker's log, and remove by hand what is left; then resume.",
          ),
    });
  },
  async verify(context, request) {
    const left = await leftOf(context, request);
    return { holds: left === "", evidence: left === "" ? `no cell has one of ${request.guid}` : `there is ${left}` };
  },
});

async function leftOf(context: Context, { deployment, guid }: Input): Promise<string> {
  const found = await containersOf(context, deployment, guid);
  return found.map(({ container, cell }) => `${container.name} on ${cell.label}`).join(", ");
}
