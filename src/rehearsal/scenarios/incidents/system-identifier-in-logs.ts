/** Row 21, last releases: nothing is left in etcd, but the old container printed its pg_controldata at each start. */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { unsaid } from "../told.ts";
import { without } from "../damaged.ts";

export const systemIdentifierInLogs: Scenario = {
  name: "system-identifier-in-logs",
  title: "The archive has lost its system identifier, and only the logs know it",
  teaches: "the old container printed its identifier at each start; the time of initdb inside it must fit the archive",
  ticket: [...TICKET, "And somebody tidied up the bucket last week."],
  open: ({ seed, now }) => without(openStory({ era: "f", seed, now }), /sysids\/sysid$/),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: (told) =>
    unsaid("the proof of the archive", String(told.output("source")["system_id_source"]), ["pg_controldata"]),
};
