import { z } from "zod";
import { defineAction } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { containerDataDirectory } from "../../host-commands.js";
import type { Cell } from "../../ports/cells.js";
import { cellInstances } from "../bosh/cell-instances.js";

const input = z.strictObject({
  guid: z.guid(),
  /** Node GUIDs of the deleted instance, where the evidence named them. */
  nodes: z.array(z.string()),
  deployment: z.string(),
});
const output = z.object({ cells_searched: z.array(z.string()) });

/**
 * A logged deletion can have failed: the broker swallows every error of the cell (dingo.md §2.11). A container that
 * lives still writes to the archive, and its volume is newer than the archive, so it is looked for before anything.
 */
export const findRemains = defineAction({
  id: "docker.find-remains",
  title: "See that the deleted instance is gone from every cell",
  effect: "read",
  input,
  output,
  describe: ({ guid }) => [
    {
      on: "each cell",
      line: `docker inspect -f '{{.Name}} {{.State.Status}} {{.Config.Env}}' $(docker ps -aq)  # none may have PATRONI_SCOPE=${guid}`,
    },
  ],
  async run(context, { guid, nodes, deployment }): Promise<z.infer<typeof output>> {
    const searched: string[] = [];
    for (const instance of await cellInstances(context.ports, deployment)) {
      const cell = await context.ports.cells.open(instance);
      await refuseRemains(cell, guid, nodes);
      searched.push(cell.label);
    }
    return { cells_searched: searched };
  },
});

async function refuseRemains(cell: Cell, guid: string, nodes: readonly string[]): Promise<void> {
  for (const container of await cell.docker.list()) {
    if (container.env["PATRONI_SCOPE"] !== guid) continue;
    throw remains(
      `the deleted instance still has a ${container.running ? "running" : "stopped"} container "${container.name}" on ${cell.label}`,
      cell.label,
    );
  }
  for (const node of nodes) {
    const directory = containerDataDirectory(`cf-${node}`);
    if ((await cell.files.kind(directory)) === "absent") continue;
    throw remains(`the data directory "${directory}" of the deleted instance is left on ${cell.label}`, cell.label);
  }
}

function remains(message: string, place: string): RecoverError {
  return new RecoverError("old-instance-alive", message, {
    remedy:
      "Its data are newer than the archive: do not start a recovery from S3 before somebody has secured them. Stop the container cleanly, or copy its data directory away, then run again.",
    place,
    effect: "none",
  });
}
