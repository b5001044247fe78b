/** Row 24: the operator targets an organization that the deleted instance was never in. */
import { addOrg, addSpace } from "../../cloud-controller/seed.ts";
import { nothingCreatedComplaints } from "../endings.ts";
import { AGREES, INPUTS } from "../happy.ts";
import { openStory, ORG, SERVICE, SPACE } from "../opening.ts";
import type { Opening, Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

const OTHER_ORG = "acme-staging";

export const wrongOrganization: Scenario = {
  name: "wrong-organization",
  title: "The service was in another organization than the ticket says",
  teaches:
    "events and logs hold the GUID of the organization: another one of the same habits is told apart and refused",
  ticket: [
    `03:07, from the team of the shop: our database "${SERVICE}" is gone! Somebody deleted it 40 minutes ago.`,
    `Org "${OTHER_ORG}", space "${SPACE}", I think.`,
  ],
  open: ({ seed, now }) => withOtherOrganization(openStory({ era: "f", seed, now }), now),
  inputs: { ...INPUTS, org: OTHER_ORG },
  // The operator does not insist.
  answers: { ...AGREES, "other-organization": "no" },
  exitCode: 16,
  complaints: nothingCreatedComplaints,
  unsaid: (told) => refusalComplaints(told, "guard-refused", [ORG, OTHER_ORG]),
};

/** It has a space of the same name, as staging organizations do. */
function withOtherOrganization(opening: Opening, now: number): Opening {
  const at = new Date(now - 400 * 86_400_000);
  const { state, org } = addOrg(opening.cloudController, { name: OTHER_ORG, at });
  return { ...opening, cloudController: addSpace(state, { name: SPACE, orgGuid: org.guid, at }).state };
}
