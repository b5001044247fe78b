import { z } from "zod";
import { defineAction, type ReviewRow } from "../../../action.ts";
import { inSpace } from "../cf/in-space.ts";

const input = z.strictObject({
  target: z.string(),
  guid: z.string(),
  created_at: z.string(),
  table: z.string(),
  rows: z.number(),
  checksum: z.string(),
  segment: z.string(),
  archive: z.string(),
  org: z.string(),
  space: z.string(),
  name: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ rows: z.array(z.object({ label: z.string(), value: z.string() })) });

/** The one screen before the drill's service is deleted. */
export const reviewLoss = defineAction({
  id: "drill.review",
  title: "What is going to be deleted, and where it will come back from",
  effect: "read",
  review: true,
  input,
  output,
  describe: () => [],
  run: ({ run }, facts) => Promise.resolve({ rows: rowsOf(facts, run.id) }),
});

function rowsOf(facts: Input, run: string): ReviewRow[] {
  const { target, guid, org, space, name } = facts;
  return [
    { label: "deleted", value: `${target} (${guid}), created by this run ${facts.created_at}` },
    { label: "  rows", value: `${facts.rows} in ${facts.table}, MD5 ${facts.checksum}; the drill's own` },
    { label: "  archive", value: `${facts.archive}, kept by the broker; the rows are in it up to ${facts.segment}` },
    {
      label: "way back",
      value: `none but the recovery: until it has ended the rows are only in the archive; "dingo-recover resume ${run}" goes on with it`,
    },
    {
      label: "afterwards",
      value: `a recovered service of the same name stays: ${inSpace({ org, space }, ["delete-service", name])}`,
    },
  ];
}
