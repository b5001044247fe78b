/** Archives that lack something: what must be said before anything is created. */
import { archivePrefix, below } from "../world/store.ts";
import { happen } from "../world/story.ts";
import type { World } from "../world/world.ts";
import { nothingCreatedComplaints, recoveredComplaints } from "./endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "./happy.ts";
import { openStory } from "./opening.ts";
import type { Closing, Opening, Scenario } from "./scenario.ts";
import { refusalComplaints, unsaid } from "./told.ts";

/** Somebody's clean-up of the bucket took objects along. */
export function without(opening: Opening, object: RegExp): Opening {
  const { bucket } = opening.world.network;
  const gone = below(opening.world, archivePrefix(opening.old)).filter(([key]) => object.test(key));
  const world = gone.reduce<World>(
    (before, [key]) => happen(before, 0, { is: "delete-object", bucket, key, by: "somebody" }),
    opening.world,
  );
  return { ...opening, world };
}

/** In the middle of the chain, well after the base backup. */
const MISSING_SEGMENT = "wal_005/000000010000000000000008.lzo";

/** Rows in the segments that lie before the gap, as the source archive itself has them. */
function rowsBefore({ world, old }: Closing): number {
  const reachable = below(world, `${archivePrefix(old)}wal_005/`)
    .filter(([key]) => key < archivePrefix(old) + MISSING_SEGMENT)
    .flatMap(([, { meaning }]) => (meaning.is === "wal" ? meaning.changes : []));
  return reachable.reduce((sum, change) => sum + (change.is === "rows" ? change.rows.length : 0), 0);
}

export const walGap: Scenario = {
  name: "wal-gap",
  title: "A WAL segment is missing in the middle",
  teaches:
    "a gap is silent in PostgreSQL; it is told before consent, in segments and in time, and refused until accepted",
  ticket: TICKET,
  open: ({ seed, now }) => without(openStory({ era: "f", seed, now }), new RegExp(MISSING_SEGMENT)),
  inputs: INPUTS,
  // Without --accept-loss the operator does not give the segments up.
  answers: { ...AGREES, "accept-loss": "no" },
  exitCode: 16,
  complaints: (closing) =>
    closing.exitCode === 0 ? recoveredComplaints(closing, rowsBefore(closing)) : nothingCreatedComplaints(closing),
  unsaid: (told) =>
    refusalComplaints(told, "loss-not-accepted", [
      "at least 12 segments (1 missing, 11 unreachable, these stored 20",
      "at most what was written after the recovery point is lost",
      ", 77 min before the deletion at 20",
      "missing 000000010000000000000008",
      "--accept-loss 12",
    ]),
};

/** Containers print their identifier at each start; here nobody collected what they print. */
export function brokersLogOnly(opening: Opening): Opening {
  const syslog = opening.world.syslog.filter(({ program }) => !program.startsWith("docker/"));
  return { ...opening, world: { ...opening.world, syslog } };
}

export const missingSysid: Scenario = {
  name: "missing-sysid",
  title: "The archive has no system identifier, and neither etcd nor a log knows it",
  teaches:
    "the base backup restores to it: pg_control is read out of the backup, and must say what the WAL says, before anything is created",
  ticket: TICKET,
  open: ({ seed, now }) => brokersLogOnly(without(openStory({ era: "f", seed, now }), /sysids\/sysid$/)),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: (told) =>
    unsaid("the proof of the archive", String(told.output("source")["system_id_source"]), [
      "global/pg_control in basebackups_005/base_",
      "confirmed by the first page of wal_005/",
    ]),
};
