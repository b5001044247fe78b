import { z } from "zod";
import { defineAction, type ReviewRow } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { countsText, tableRows } from "./row-counts.ts";

const input = z.strictObject({
  target: z.string(),
  guid: z.string(),
  archive: z.string(),
  time: z.string(),
  base: z.string(),
  segments: z.number(),
  fetched_bytes: z.number(),
  recovery_point: z.string(),
  place: z.string(),
  postgres: z.string(),
  account: z.string(),
  needed_bytes: z.number(),
  free_bytes: z.number(),
  database: z.string(),
  tables: z.array(tableRows),
  into_schema: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ rows: z.array(z.object({ label: z.string(), value: z.string() })) });

/** Shows the facts that an operator should know before a copy is made. */
export const reviewScratch = defineAction({
  id: "scratch.review",
  title: "What is restored where, and what will be loaded",
  effect: "read",
  input,
  output,
  // This stands before the first question. Every later step only makes new things, and each asks for itself.
  tell: ({ rows }) => rows.map(({ label, value }) => `${label}: ${value}`).join("\n"),
  describe: () => [],
  run: (_context, facts) => Promise.resolve({ rows: rowsOf(facts) }),
});

function rowsOf(facts: Input): ReviewRow[] {
  const { fetched_bytes: fetched, needed_bytes: needed, free_bytes: free, into_schema: into } = facts;
  return [
    { label: "service", value: `${facts.target} (${facts.guid}), which goes on as it is` },
    { label: "  archive", value: `${facts.archive}, only read; it reaches ${facts.recovery_point}` },
    { label: "time", value: `${facts.time}: what was committed later is not in the copy` },
    { label: "copy", value: `${facts.place} on this machine, ${bytesText(needed)} of ${bytesText(free)} free` },
    { label: "  from", value: `${facts.base} and ${facts.segments} segments of WAL, ${bytesText(fetched)} to fetch` },
    { label: "  server", value: `PostgreSQL ${facts.postgres} as ${facts.account}, reached by a socket alone` },
    { label: "tables", value: `${countsText(facts.tables)} in "${facts.database}" of the service` },
    { label: "  loaded", value: into === "" ? "under their own names" : `into the schema "${into}"` },
  ];
}
