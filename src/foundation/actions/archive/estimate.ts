import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { drillText, estimateRecovery } from "../../../archive/judgement/estimate.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { refuse } from "../../../errors.ts";
import { freeSpace } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { cellInstances } from "../bosh/cell-instances.ts";

/** Containers' data live below it (dingo.md §5). */
const STORE = "/var/vcap/store";

const input = z.strictObject({
  source: z.string(),
  objects: z.number(),
  bytes: z.number(),
  expanded_bytes: z.number(),
  segments: z.number(),
  deployment: z.string(),
});
const output = z.object({
  minutes: z.number(),
  disk_bytes: z.number(),
  free_bytes: z.number(),
  cell: z.string(),
  /** The time that the last drill here took; "" if there was none, and in journals of earlier versions. */
  drill: z.string().default(""),
});
type Output = z.infer<typeof output>;

/** A disk that is full in mid-restore is told before anything is created (dingo.md §8, 32). */
export const estimate = defineAction({
  id: "archive.estimate",
  title: "Estimate time, room and loss",
  effect: "read",
  input,
  output,
  tell: (found) =>
    `about ${counted(found.minutes, "minute")}${found.drill === "" ? "" : ` (${found.drill})`}; needs ${bytesText(found.disk_bytes)}, ${found.cell} has ${bytesText(found.free_bytes)} free`,
  describe: () => [{ on: "each cell", line: quote(freeSpace(STORE)) }],
  async run(context, facts): Promise<Output> {
    const drill = context.ports.settings.drill?.();
    const { objects, bytes, expanded_bytes: expandedBytes, segments: segmentsToReplay } = facts;
    const { minutes, diskBytes } = estimateRecovery({ objects, bytes, expandedBytes, segmentsToReplay }, drill);
    const roomiest = await roomiestCell(context, facts.deployment);
    if (roomiest.free >= diskBytes)
      return {
        minutes,
        disk_bytes: diskBytes,
        free_bytes: roomiest.free,
        cell: roomiest.cell,
        drill: drillText(drill),
      };
    throw refuse(
      "does-not-fit",
      `the database needs ${diskBytes} bytes, and no cell has more than ${roomiest.free} free (${roomiest.cell})`,
    )
      .at(STORE)
      .advise("Make room on a cell, or give the deployment a larger disk; then run again.");
  },
  /** Free space never stays the same: the check holds while there is enough of it. */
  async verify(context, facts, output) {
    const { cell, free } = await roomiestCell(context, facts.deployment);
    const evidence = `${cell} has ${free} bytes free, and the database needs ${output.disk_bytes}`;
    return { holds: free >= output.disk_bytes, evidence };
  },
});

async function roomiestCell(context: Context, deployment: string): Promise<{ cell: string; free: number }> {
  let roomiest = { cell: "", free: -1 };
  for (const instance of await cellInstances(context.ports, deployment)) {
    const cell = await context.ports.cells.open(instance);
    const free = await cell.files.freeBytes(STORE);
    if (free > roomiest.free) roomiest = { cell: cell.label, free };
  }
  return roomiest;
}
