import { z } from "zod";
import { defineAction, type Probe } from "../../../action.ts";
import { formatLocation, instanceArchive } from "../../../archive/names/location.ts";
import { printedWithInput, psqlSocket } from "../../../kit/commands/host-commands.ts";
import { known } from "../../../kit/commands/placeholder.ts";
import { guardService, targetInput } from "../docker/target-container.ts";
import { awaitArchived, closedSegment, closeSegment, isArchived, switchSql } from "./closed-segment.ts";

const input = z.strictObject({ ...targetInput, bucket: z.string(), server_version: z.string() });
const output = z.object({ segment: z.string(), archive: z.string() });
type Output = z.infer<typeof output>;

/**
 * The last minutes are in a segment that is still written to: without them a copy cannot be shown to end where it should.
 * The database goes on in the next segment, as it does by itself many times a day.
 */
export const closeOpenSegment = defineAction({
  id: "postgres.close-segment",
  title: "Close the open WAL segment, and see it in the archive",
  effect: "create",
  input,
  output,
  undo: { leaves: "nothing is taken back: the service's own archive keeps one more segment of WAL" },
  describe: ({ container, cell, server_version }) => [
    { on: cell, line: printedWithInput(psqlSocket(container), switchSql(known(server_version))) },
  ],
  guard: guardService,
  async run(context, request): Promise<Output> {
    const segment = closedSegment(context) ?? (await closeSegment(context, request));
    await awaitArchived(context, request, segment);
    return outputOf(request, segment);
  },
  async probe(context, request): Promise<Probe<Output>> {
    const segment = closedSegment(context);
    if (segment === undefined) return { state: "not-done", evidence: "no segment is noted as closed" };
    if (!(await isArchived(context, request, segment)))
      return { state: "partly", evidence: `${segment} is closed, and not in the archive yet` };
    return { state: "done", output: outputOf(request, segment), evidence: `${segment} is archived` };
  },
});

const outputOf = ({ bucket, guid }: { readonly bucket: string; readonly guid: string }, segment: string): Output => ({
  segment,
  archive: formatLocation(instanceArchive(bucket, guid)),
});
