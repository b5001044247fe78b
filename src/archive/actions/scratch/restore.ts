import { z } from "zod";
import { defineAction, type Probe } from "../../../action.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { undoCopy } from "./undo-copy.ts";

const input = z.strictObject({
  place: z.string(),
  archive: z.string(),
  time: z.string(),
  base: z.string(),
  postgres_bin: z.string(),
});
const output = z.object({
  place: z.string(),
  system_id: z.string(),
  version: z.string(),
  last_transaction: z.string(),
});
type Output = z.infer<typeof output>;

/** Reads the archive, and writes on this machine alone. */
export const restoreScratch = defineAction({
  id: "scratch.restore",
  title: "Restore a copy as of that time on this machine",
  effect: "create",
  input,
  output,
  undo: undoCopy,
  describe: ({ place, archive, time }) => [
    {
      on: "here",
      line: quote(["dingo-recover", "archive", "restore", archive, `${place}/data`, "--target-time", time]),
    },
  ],
  async run(context, { place, archive, time, base }): Promise<Output> {
    await context.beforeEffect();
    const restored = await context.ports.scratch.restore({
      ...{ place, archive, time, base, run: context.run.id, signal: context.signal },
      progress: (done, total) => context.progress({ message: "restoring the copy", done, total, unit: "bytes" }),
    });
    return outputOf(place, restored);
  },
  async probe(context, { place, archive, time }): Promise<Probe<Output>> {
    const found = await context.ports.scratch.look(place, context.run.id);
    if (found.state === "absent") return { state: "not-done", evidence: `there is no ${place}` };
    if (found.state === "foreign")
      return { state: found.owner === undefined ? "unknown" : "not-done", evidence: `${place}: ${found.evidence}` };
    const { copy } = found;
    const evidence = `${place} is a copy of ${copy.archive} as of ${copy.time}`;
    if (copy.archive !== archive || copy.time !== time) return { state: "unknown", evidence };
    if (found.state === "begun") return { state: "partly", evidence: `${evidence}, not whole: ${found.evidence}` };
    return { state: "done", output: outputOf(place, found.restored), evidence: `${evidence}, and whole` };
  },
  async verify(context, { place }) {
    const found = await context.ports.scratch.look(place, context.run.id);
    const instead = found.state === "restored" && found.restored.instead;
    const evidence = `the copy in ${place} is ${found.state}${instead ? `; ${instead}` : ""}`;
    return { holds: found.state === "restored", evidence };
  },
});

function outputOf(
  place: string,
  found: { readonly systemId: string; readonly version: string; readonly lastTransaction: string },
): Output {
  const { systemId: system_id, version, lastTransaction: last_transaction } = found;
  return { place, system_id, version, last_transaction };
}
