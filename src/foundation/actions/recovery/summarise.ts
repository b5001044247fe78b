import { z } from "zod";
import { defineAction, type RunIdentity } from "../../../action.ts";
import { lossAfter, type LossRange, lossText } from "../../../archive/loss.ts";
import { inSpace } from "../cf/in-space.ts";
import { readableRowsText } from "../postgres/prove-login.ts";
import { restoredText } from "./restore-lines.ts";
import { named } from "../../../kit/text/printable.ts";

const input = z.strictObject({
  target: z.string(),
  guid: z.string(),
  source_guid: z.string(),
  recovered_to: z.string(),
  deleted_at: z.string(),
  segments_restored: z.number(),
  /** As the step that verified the archive found it. */
  lost: z.number().default(0),
  lost_segments: z.string().default(""),
  recovery_point: z.string().default(""),
  last_transaction: z.string().default(""),
  lived_on: z.boolean().default(false),
  nothing_lost: z.string().default(""),
  /** Its own database's directory, when that is recovered; "" for the archive. */
  database: z.string().default(""),
  /** Runbooks of before do not say it. */
  unread: z.string().optional(),
  tables: z.array(z.object({ table: z.string(), rows: z.number().nullable() })),
  /** "" if nothing was moved aside: the broker has cloned it. */
  archive_aside: z.string().default(""),
  data_aside: z.string().default(""),
  /** Commands that recover the instances that were deleted with it. */
  others: z.array(z.string()).default([]),
  cell: z.string(),
  key: z.string(),
  org: z.string(),
  space: z.string(),
  name: z.string(),
  /** Of the deleted instance, if the evidence named them. */
  nodes: z.array(z.string()).default([]),
});
type Input = z.infer<typeof input>;
const output = z.object({
  recovered: z.array(z.string()),
  lost: z.string().default(""),
  left_aside: z.array(z.string()),
  next: z.array(z.string()),
});

/** Answers a person's questions at the end: what is back, what is lost, what still lies aside, what to do next. */
export const summarise = defineAction({
  id: "recovery.summarise",
  title: "What was recovered, and what was left aside",
  effect: "read",
  input,
  output,
  // The end of the run tells the rest.
  tell: ({ recovered }) => recovered.join("\n"),
  describe: () => [],
  run: ({ run }, facts): Promise<z.infer<typeof output>> => {
    const rows = facts.tables.map(({ table, rows: count }) => `${named(table)}: ${readableRowsText(count)}`);
    const until =
      facts.recovered_to === "" ? "the log names no last transaction" : `last transaction ${facts.recovered_to}`;
    return Promise.resolve({
      recovered: [
        `${named(`${facts.org}/${facts.space}/${facts.name}`)} holds the data of ${facts.source_guid}; ${until}; ${restoredText(facts.segments_restored)}`,
        ...rows,
      ],
      lost: lossText(lossOf(facts)),
      left_aside: [
        ...archivesAside(facts.archive_aside),
        ...(facts.data_aside === ""
          ? []
          : [`the data directory of the empty instance: ${facts.data_aside} on ${facts.cell}`]),
      ],
      next: [
        ...formerNodes(facts),
        `${inSpace(facts, ["delete-service-key", facts.name, facts.key])}  # when nobody needs it any more`,
        ...facts.others.map((command) => `${command}  # went with the same space`),
        ...furtherCommands(run),
        "ask the owner to look at the newest rows, and give the new host and port to clients that know the old ones",
      ],
    });
  },
});

/** A number at the end of the last place means that a container wrote again. The places before it hold earlier objects. */
function archivesAside(last: string): readonly string[] {
  if (last === "") return [];
  const [, first = last, number = "1"] = /^(.*\/replaced)-(\d+)$/.exec(last) ?? [];
  const later = Array.from({ length: Number(number) - 1 }, (_, index) => `${first}-${index + 2}`);
  return [
    `the archive of the empty instance: ${first}`,
    ...later.map((place) => `what the instance wrote when its container ran again: ${place}`),
  ];
}

/**
 * Tells the operator to go back to the former number of nodes; the recovered instance has one. If no node was named,
 * some may be missing; a single node needs nothing.
 */
function formerNodes(facts: Input): readonly string[] {
  const { nodes, name } = facts;
  if (nodes.length === 1) return [];
  if (nodes.length === 0)
    return ["nothing that was read says how many nodes the deleted instance had; the recovered one has one"];
  const update = ["update-service", name, "-c", JSON.stringify({ "node-count": nodes.length })];
  return [`${inSpace(facts, update)}  # the former number of nodes`];
}

function lossOf(facts: Input): LossRange {
  const found = {
    segments: facts.lost,
    which: facts.lost_segments,
    lastTransaction: facts.last_transaction,
    stored: facts.recovery_point,
    deletedAt: facts.deleted_at,
    livedOn: facts.lived_on,
    shown: facts.nothing_lost,
    readInFull: facts.unread === "",
    ownDirectory: facts.database !== "",
  };
  return lossAfter(found, facts.recovered_to);
}

/** The foundation of a rehearsal is gone when its run is over: there is nothing to take back or to delete. */
function furtherCommands({ id, rehearsal }: RunIdentity): readonly string[] {
  if (rehearsal) return [];
  return [
    `dingo-recover undo ${id}  # takes the recovery back, while what is aside is there`,
    `dingo-recover cleanup ${id}  # deletes what is aside for good, when nobody will want it back`,
  ];
}
