import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { inSpace } from "../cf/in-space.ts";
import { named } from "../../../kit/text/printable.ts";

const input = z.strictObject({
  target: z.string(),
  deleted_guid: z.string(),
  guid: z.string(),
  rows: z.number(),
  checksum: z.string(),
  deleted_at: z.string(),
  org: z.string(),
  space: z.string(),
  name: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ proved: z.string(), seconds: z.number(), next: z.array(z.string()) });

/** Tells the drill's proofs and duration, and the one thing that is left to do. */
export const summariseDrill = defineAction({
  id: "drill.summarise",
  title: "What the drill has proved, and what it leaves",
  effect: "read",
  input,
  output,
  tell: ({ proved }) => proved,
  describe: () => [],
  run: ({ run, ports }, facts) => {
    const { target, rows, checksum, deleted_guid: deleted, guid } = facts;
    const seconds = Math.round((ports.clock.now().getTime() - Date.parse(facts.deleted_at)) / 1000);
    return Promise.resolve({
      proved: `${named(target)}: ${rows} rows of ${deleted} are back in ${guid}, MD5 ${checksum}, ${seconds} s after the deletion; the time of each step stands in the report`,
      seconds,
      next: run.rehearsal ? [] : nextSteps(run.id, facts),
    });
  },
  // It would take longer at every look.
  verify: () => Promise.resolve({ holds: true, evidence: "a drill is told once" }),
});

/** The tool deletes nothing here: the operator removes the drill's left-overs. */
function nextSteps(run: string, { deleted_guid: deleted, guid, org, space, name }: Input): string[] {
  return [
    `dingo-recover report ${run}  # with the time of each step`,
    `dingo-recover cleanup ${run}  # deletes what was moved aside; before the service is deleted, for it is refused afterwards`,
    `${inSpace({ org, space }, ["delete-service", name, "-f"])}  # the drill's service is not needed any more`,
    `the archives of ${deleted} and ${guid} stay in the bucket until somebody removes them`,
  ];
}
