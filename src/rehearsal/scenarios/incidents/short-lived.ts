/** Row 7: a failed create that Cloud Foundry cleaned up and the platform's own tests, beside the one that matters. */
import { drawGuid } from "../../world/chance.ts";
import { happen, pass } from "../../world/story.ts";
import type { World } from "../../world/world.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory, type Place } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { unsaid } from "../told.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const shortLived: Scenario = {
  name: "short-lived",
  title: "Test instances come and go beside the deleted one",
  teaches: "what lived for a minute is orphan mitigation or a test: set aside with a reason, never silently",
  ticket: [...TICKET, "The platform's own tests run now and then, in every space."],
  open: ({ seed, now }) => openStory({ era: "f", seed, now, withoutEvents: true, besideOld: noise }),
  inputs: { ...INPUTS, apps: "orders" },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: (told) =>
    unsaid("the step that looks for it", JSON.stringify(told.records("discover", "set-aside")), ["lived for"]),
};

/** The sanity test's own id is no GUID; the other is what a create that failed halfway leaves. */
function noise(world: World, { spaceGuid, orgGuid }: Place): World {
  const ids = [drawGuid(world, "orphan"), "T-1471234567"];
  return ids.reduce((before, instanceGuid) => {
    const request = { instanceGuid, planId: "", spaceGuid, orgGuid, parameters: { "node-count": 1 } };
    const made = pass(happen(before, SECOND, { is: "provision", request }), 30 * SECOND);
    return pass(happen(made, SECOND, { is: "deprovision", guid: instanceGuid }), MINUTE);
  }, world);
}
