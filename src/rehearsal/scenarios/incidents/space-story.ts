/** How a space came to be deleted with the databases and applications in it, and made again. */
import { addApp, addSpace, seedDeletion, seedInstance } from "../../cloud-controller/seed.ts";
import type { CloudControllerState } from "../../cloud-controller/state.ts";
import { drawGuid } from "../../world/chance.ts";
import { createInstance, happen } from "../../world/story.ts";
import { withClusterdata } from "../clusterdata.ts";
import { APP, openStory, SERVICE, SPACE } from "../opening.ts";
import type { Opening } from "../scenario.ts";

const SECOND = 1_000;

interface Beginning {
  readonly seed: number;
  readonly now: number;
}

/** `others`: the names of the databases beside the service. */
export function openWithoutSpace({ seed, now }: Beginning, others: readonly string[]): Opening {
  const guids: string[] = [];
  const opening = openStory({
    era: "f",
    seed,
    now,
    besideOld: (world, { old: _old, ...place }) =>
      others.reduce((before, name) => {
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
  return { ...opening, cloudController: withoutSpace(opening, { guids, names: others, now }) };
}

interface Gone {
  readonly guids: readonly string[];
  readonly names: readonly string[];
  readonly now: number;
}

/** Usage events of all, audit events of none; a new space of the same name, with an application that was pushed again. */
function withoutSpace({ cloudController, world, old }: Opening, { guids, names, now }: Gone): CloudControllerState {
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
    const seeded = seedInstance(before, { ...common, guid, name: names[index] ?? guid }, made);
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
