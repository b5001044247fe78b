/**
 * Row 20: the page, with its wrong GUID corrected. The container keeps its own first identifier in /tmp, and believes it
 * (dingo.md §0.2): `Re-initializing …`, then `system ID mismatch`, for ever.
 */
import { leftUsers, recoveredComplaints } from "../endings.js";
import { AGREES, EVERYTHING, INPUTS } from "../happy.js";
import { openStory, ORG, SERVICE, SPACE } from "../opening.js";
import { followThePage, loopComplaints, wreckOf } from "../page-procedure.js";
import type { Closing, Scenario } from "../scenario.js";
import { unsaid } from "../told.js";

export const staleIdentifier: Scenario = {
  name: "stale-identifier",
  title: "A colleague has followed the page, with its mistake corrected",
  teaches:
    "even with the right key deleted the container puts its own stale identifier there: the key is set, not deleted",
  ticket: [
    `03:40, from a colleague: I followed the page, with the right GUID, and "${SERVICE}" restarts all the time.`,
    `Org "${ORG}", space "${SPACE}". Its container says "system ID mismatch". Can you take over?`,
  ],
  open: ({ seed, now }) => openStory({ era: "f", seed, now }),
  before: (stage) => followThePage(stage, "created"),
  inputs: INPUTS,
  answers: { ...AGREES, "taken-name": "exchange" },
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...wreckComplaints(closing)],
  unsaid: (told) => unsaid("the run", told.text, ["system ID mismatch"]),
};

/** The wreck loops on, under another name; its log is what the colleague learns from. */
function wreckComplaints({ world, old, cloudController, exitCode }: Closing): string[] {
  if (exitCode !== 0) return leftUsers(world);
  const named = cloudController.instances.find(({ name }) => name.startsWith(`${SERVICE}-before-`))?.guid;
  const wreck = wreckOf(world, old, named);
  return named === undefined ? ["the wreck still has the name"] : loopComplaints(wreck);
}
