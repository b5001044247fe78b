/** Row 21: somebody's clean-up took `sysids/sysid` along; etcd still knows it (dingo.md §1.10, brokers up to 0.6.6). */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, BEFORE_THE_LAST_SEGMENT, INPUTS, TICKET } from "../happy.ts";
import { APP, openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { unsaid } from "../told.ts";
import { without } from "../damaged.ts";
import { oldKeysComplaints } from "./wrong-key.ts";

export const lostSystemIdentifier: Scenario = {
  name: "lost-system-identifier",
  title: "The archive has lost its system identifier, and etcd has kept it",
  teaches:
    "/service/OLD/initialize is a second copy of sysids/sysid: it is read, never written, and the new key is set from it",
  ticket: [...TICKET, `The application that uses it is "${APP}". And somebody tidied up the bucket last week.`],
  open: ({ seed, now }) => without(openStory({ era: "a", seed, now, withoutEvents: true }), /sysids\/sysid$/),
  inputs: { ...INPUTS, apps: APP },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, BEFORE_THE_LAST_SEGMENT), ...oldKeysComplaints(closing)],
  unsaid: (told) =>
    unsaid("the proof of the archive", String(told.output("source")["system_id_source"]), ["/initialize in the etcd"]),
};
