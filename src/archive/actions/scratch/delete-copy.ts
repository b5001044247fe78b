import { z } from "zod";
import { defineAction, type Probe } from "../../../action.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { requireOwnPlace } from "./own-place.ts";
import { stopServer } from "./while-running.ts";

const input = z.strictObject({ run: z.string(), place: z.string(), postgres_bin: z.string() });
const output = z.object({ deleted: z.string() });
type Output = z.infer<typeof output>;

/** A copy of an archive that is still there, and the dump of the loaded tables: nothing is lost with them. */
export const deleteCopy = defineAction({
  id: "scratch.delete-copy",
  title: "Delete the copy and the dump",
  effect: "destroy",
  input,
  output,
  describe: ({ place }) => [{ on: "here", line: quote(["rm", "-rf", "--one-file-system", "--", place]) }],
  async guard(context, { place, run }) {
    await requireOwnPlace(context, place, run);
  },
  async run(context, { place, run, postgres_bin: programs }): Promise<Output> {
    const { state } = await requireOwnPlace(context, place, run);
    if (state !== "absent") {
      await context.beforeEffect();
      await stopServer(context, { place, programs });
      await context.ports.scratch.remove(place, run);
    }
    return { deleted: place };
  },
  async probe(context, { place, run }): Promise<Probe<Output>> {
    const found = await context.ports.scratch.look(place, run);
    if (found.state === "absent")
      return { state: "done", output: { deleted: place }, evidence: `there is no ${place}` };
    if (found.state === "foreign") return { state: "unknown", evidence: `${place}: ${found.evidence}` };
    const evidence = `${place} is a copy of ${found.copy.archive}, ${found.state}`;
    return { state: found.state === "restored" ? "not-done" : "partly", evidence };
  },
  async verify(context, { place, run }) {
    const { state } = await context.ports.scratch.look(place, run);
    return { holds: state === "absent", evidence: `${place} is ${state}` };
  },
});
