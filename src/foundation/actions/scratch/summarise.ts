import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { countsText, tableRows } from "../../../archive/actions/scratch/row-counts.ts";
import { inSpace } from "../cf/in-space.ts";
import { named } from "../../../kit/text/printable.ts";

const input = z.strictObject({
  target: z.string(),
  time: z.string(),
  stopped_before: z.string(),
  tables: z.array(tableRows),
  place: z.string(),
  key: z.string(),
  org: z.string(),
  space: z.string(),
  name: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ proved: z.string(), next: z.array(z.string()) });

/** Tells which tables came back, and what the run leaves on this machine and in the service. */
export const summariseTables = defineAction({
  id: "scratch.summarise",
  title: "What came back, and what is left to do",
  effect: "read",
  input,
  output,
  tell: ({ proved }) => proved,
  describe: () => [],
  run: ({ run }, facts) => {
    const { target, time, tables } = facts;
    return Promise.resolve({
      proved: `${named(target)}: ${countsText(tables)} as of ${time}, read through the router as the application`,
      next: nextSteps(run.id, facts),
    });
  },
});

/** The tool deletes nothing here: the copy holds the service's data, and is the operator's to remove. */
function nextSteps(run: string, { place, key, org, space, name, time }: Input): string[] {
  return [
    `tell the owner: what was written to these tables after ${time} is not in them`,
    `dingo-recover cleanup ${run}  # deletes ${place}: the copy and the dump, with the data of the service in them`,
    `${inSpace({ org, space }, ["delete-service-key", name, key, "-f"])}  # the run's own key`,
  ];
}
