/** Row 21 once more: what the old container printed at its starts is in the log store alone. */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { unsaid } from "../told.ts";
import { without } from "../damaged.ts";

export const systemIdentifierInLogStore: Scenario = {
  name: "system-identifier-in-log-store",
  title: "The archive has lost its system identifier, and only the log store knows it",
  teaches: "a log store is asked for what the old container printed at each start, as log files are",
  ticket: [...TICKET, "And somebody tidied up the bucket last week. We keep no log files, but there is Elasticsearch."],
  open: ({ seed, now }) => {
    const opening = without(openStory({ era: "f", seed, now }), /sysids\/sysid$/);
    return { ...opening, world: { ...opening.world, collector: "log-store" } };
  },
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: (told) =>
    unsaid("the proof of the archive", String(told.output("source")["system_id_source"]), [
      "logs-platform-",
      "pg_controldata",
    ]),
};
