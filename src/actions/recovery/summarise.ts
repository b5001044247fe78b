import { z } from "zod";
import { defineAction, type RunIdentity } from "../../action.js";
import { quote } from "../../shell-quote.js";

const input = z.strictObject({
  target: z.string(),
  guid: z.string(),
  source_guid: z.string(),
  recovered_to: z.string(),
  deleted_at: z.string(),
  segments_restored: z.number(),
  tables: z.array(z.object({ table: z.string(), rows: z.number().nullable() })),
  /** "" where nothing was moved aside: the broker has cloned it. */
  archive_aside: z.string().default(""),
  data_aside: z.string().default(""),
  /** Commands that recover what went with it. */
  others: z.array(z.string()).default([]),
  cell: z.string(),
  key: z.string(),
  org: z.string(),
  space: z.string(),
  name: z.string(),
});
const output = z.object({ recovered: z.array(z.string()), left_aside: z.array(z.string()), next: z.array(z.string()) });

/** What a person asks when it is over: what is back, what is lost, what still lies around, what to do next. */
export const summarise = defineAction({
  id: "recovery.summarise",
  title: "What was recovered, and what was left aside",
  effect: "read",
  input,
  output,
  tell: (found) =>
    [
      ...found.recovered,
      "left aside:",
      ...found.left_aside.map((text) => `  ${text}`),
      "next:",
      ...found.next.map((text) => `  ${text}`),
    ].join("\n"),
  describe: () => [],
  run: ({ run }, facts): Promise<z.infer<typeof output>> => {
    const rows = facts.tables.map(
      ({ table, rows: count }) => `${table}: ${count ?? "not readable for the application"} rows`,
    );
    const until =
      facts.recovered_to === "" ? "PostgreSQL named no last transaction" : `last transaction ${facts.recovered_to}`;
    return Promise.resolve({
      recovered: [
        `${facts.target} holds the data of ${facts.source_guid}; ${until}; ${facts.segments_restored} segments restored`,
        ...rows,
      ],
      left_aside: [
        ...(facts.archive_aside === "" ? [] : [`the archive of the empty instance: ${facts.archive_aside}`]),
        ...(facts.data_aside === ""
          ? []
          : [`the data directory of the empty instance: ${facts.data_aside} on ${facts.cell}`]),
        `the service key ${facts.key}`,
        `the source archive of ${facts.source_guid}, as it was`,
      ],
      next: [
        `${quote(["cf", "target", "-o", facts.org, "-s", facts.space])}; ${quote(["cf", "update-service", facts.name, "-c", '{"node-count":2}'])}  # the former number of nodes`,
        `${quote(["cf", "delete-service-key", facts.name, facts.key])}  # when nobody needs it any more`,
        ...facts.others.map((command) => `${command}  # went with the same space`),
        ...furtherCommands(run),
        "ask the owner to look at the newest rows; whoever has the old address written down needs the new one (host and port changed)",
      ],
    });
  },
});

/** The foundation of a rehearsal is gone when its run is over: there is nothing to take back or to delete. */
function furtherCommands({ id, rehearsal }: RunIdentity): readonly string[] {
  if (rehearsal) return [];
  return [
    `dingo-recover undo ${id}  # takes the recovery back, while what is aside is there`,
    `dingo-recover cleanup ${id}  # deletes what is aside for good, when nobody will want it back`,
  ];
}
