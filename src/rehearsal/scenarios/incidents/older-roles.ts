/**
 * Row 28: the restored database has the roles and passwords of its own time. An archive of the first releases does not even
 * know the role that bindings hand out today (dingo.md §3.6): it is made, and owns what its predecessor owned.
 */
import { addPlan } from "../../cloud-controller/seed.ts";
import { ERAS } from "../../world/eras.ts";
import type { World } from "../../world/world.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, BEFORE_THE_LAST_SEGMENT, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Opening, Scenario } from "../scenario.ts";

const { offering, plan } = ERAS.f;

export const olderRoles: Scenario = {
  name: "older-roles",
  title: "The platform was upgraded since the database was made",
  teaches:
    "bindings hand out today's passwords, a restored database has those of its time: they are set, and a log-in proves it",
  ticket: [
    ...TICKET,
    `The old plan is gone from the marketplace since the upgrade; there is "${offering}" "${plan}" now.`,
  ],
  open: ({ seed, now }) => withNewPlan(openStory({ era: "a", seed, now, afterDeletion: upgraded }), now),
  inputs: { ...INPUTS, offering, plan },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, BEFORE_THE_LAST_SEGMENT),
  unsaid: (told) => {
    const created = told.output("passwords")["created"];
    return Array.isArray(created) && created.includes("appuser") ? [] : ["it does not say that the role was made"];
  },
};

/** Every machine is new; what lies in etcd and in the bucket stays. */
const upgraded = (world: World): World => ({ ...world, era: "f" });

function withNewPlan(opening: Opening, now: number): Opening {
  const { cloudController: before } = opening;
  const at = new Date(now - 3_600_000);
  const old = { ...before, plans: before.plans.map((each) => ({ ...each, available: false })) };
  const { state } = addPlan(old, { name: plan, offering, brokerPlanId: ERAS.f.planIdOfBroker, at });
  return { ...opening, cloudController: state };
}
