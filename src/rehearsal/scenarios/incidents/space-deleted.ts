/** Row 4: somebody deleted the space, with five databases and the applications in it; the space was made again. */
import { addApp, addSpace, seedDeletion, seedInstance } from "../../cloud-controller/seed.js";
import type { CloudControllerState } from "../../cloud-controller/state.js";
import { drawGuid } from "../../world/chance.js";
import { createInstance, happen } from "../../world/story.js";
import { withClusterdata } from "../clusterdata.js";
import { recoveredComplaints } from "../endings.js";
import { AGREES, EVERYTHING, INPUTS } from "../happy.js";
import { APP, openStory, SERVICE, SPACE } from "../opening.js";
import type { Opening, Scenario } from "../scenario.js";
import { type Told, unsaid } from "../told.js";

const SECOND = 1_000;
const OTHERS = ["catalogue-db", "invoices-db", "sessions-db", "users-db"] as const;

export const spaceDeleted: Scenario = {
  name: "space-deleted",
  title: "A whole space was deleted, with five databases",
  teaches: "usage events know all of them; each is a run of its own, and clone-from finds none in a new space",
  ticket: [
    `03:07, from the team of the shop: somebody ran cf delete-space ${SPACE} about 40 minutes ago!`,
    `We have made the space again and pushed "${APP}". All our databases are gone; "${SERVICE}" is what hurts most.`,
  ],
  open: ({ seed, now }) => {
    const guids: string[] = [];
    const opening = openStory({
      era: "f",
      seed,
      now,
      besideOld: (world, { old: _old, ...place }) =>
        OTHERS.reduce((before, name) => {
          const guid = drawGuid(before, name);
          guids.push(guid);
          return createInstance(before, { guid, ...place });
        }, world),
      beforeDeletion: (world) =>
        guids.reduce(
          (before, guid) => happen(before, 5 * SECOND, { is: "deprovision", guid }),
          withClusterdata(world, { name: SERVICE }),
        ),
    });
    return { ...opening, cloudController: withoutSpace(opening, { guids, now }) };
  },
  inputs: { ...INPUTS, apps: APP },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: planComplaints,
};

interface Gone {
  readonly guids: readonly string[];
  readonly now: number;
}

/** Usage events of all, audit events of none; a new space of the same name, with an application that was pushed again. */
function withoutSpace({ cloudController, world, old }: Opening, { guids, now }: Gone): CloudControllerState {
  const actor = { guid: "", type: "user", name: "somebody" } as const;
  const space = cloudController.spaces.find(({ name }) => name === SPACE);
  const plan = cloudController.plans[0];
  if (space === undefined || plan === undefined) throw new Error("the story has a space and a plan");
  const deletion = cloudController.usageEvents.find(
    ({ state, instance }) => state === "DELETED" && instance.guid === old,
  );
  const at = new Date(deletion?.createdAt ?? now);
  const made = { now: new Date(at.getTime() - 3_600_000), actor };
  const common = { spaceGuid: space.guid, planGuid: plan.guid, tags: [] };
  const gone = guids.reduce((before, guid, index) => {
    const seeded = seedInstance(before, { ...common, guid, name: OTHERS[index] ?? guid }, made);
    return seedDeletion(seeded.state, guid, { now: at, actor });
  }, cloudController);
  const again = addSpace(
    { ...gone, spaces: gone.spaces.filter(({ guid }) => guid !== space.guid), apps: [], auditEvents: [] },
    { name: SPACE, orgGuid: space.orgGuid, at: new Date(world.now - 60 * SECOND) },
  );
  const pushed = addApp(again.state, { name: APP, spaceGuid: again.space.guid, at: new Date(world.now) });
  const moved = pushed.state.instances.map((each) => ({ ...each, spaceGuid: again.space.guid }));
  return { ...pushed.state, instances: moved };
}

function planComplaints(told: Told): string[] {
  const { others, together } = told.output("discover");
  const commands = Array.isArray(others) ? others.map(String) : [];
  return [
    ...(commands.length === OTHERS.length ? [] : [`${commands.length} other databases were found, not 4`]),
    ...OTHERS.filter((name) => !commands.some((each) => each.includes(`service=${name}`))).map(
      (name) => `no plan for ${name}`,
    ),
    ...unsaid("the plan", String(together), ["clone-from finds none", "with its applications", "last WAL"]),
    ...unsaid("the way", String(told.output("way")["why"]), ["not clone-from", "same space"]),
    ...unsaid("the summary", JSON.stringify(told.output("summary")), OTHERS),
  ];
}
