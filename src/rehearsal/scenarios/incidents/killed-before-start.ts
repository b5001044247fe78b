/** Row 33: the tool is killed between copy and start, and somebody is at work before it is resumed. */
import { archivePrefix, below } from "../../world/store.ts";
import type { WorldEvent } from "../../world/events.ts";
import { allContainers, type World } from "../../world/world.ts";
import { leftUsers } from "../endings.ts";
import { AGREES, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";
import { unsaid } from "../told.ts";

const LOST = /wal_005\/00000001000000000000000A\.lzo$/;

export const killedBeforeStart: Scenario = {
  name: "killed-before-start",
  title: "The laptop dies between the copy and the start",
  teaches:
    "a resumed run looks again at what was finished: the copy that was whole is not whole any more, and is not started",
  ticket: [...TICKET, "Mind the clean-up job of the bucket: it runs on the hour."],
  open: ({ seed, now }) => openStory({ era: "f", seed, now }),
  interruption: { at: /^etcd PUT \/service\/[^/]+\/initialize$/, meanwhile: cleanedUp },
  inputs: INPUTS,
  answers: { ...AGREES, "any choice": "stop" },
  exitCode: 13,
  complaints: (closing) => [...leftUsers(closing.world), ...startedOverIt(closing)],
  unsaid: (told) =>
    unsaid("the resumed run", told.text, ['"type":"drift-found","step":"copy"', "23 of 24 objects are there"]),
};

/** One object of the copy goes. */
function cleanedUp(world: World): readonly WorldEvent[] {
  const created = world.record.findLast(({ what }) => what === "provision")?.subject ?? "";
  const { bucket } = world.network;
  return below(world, archivePrefix(created))
    .filter(([key]) => LOST.test(key))
    .map(([key]) => ({ is: "delete-object", bucket, key, by: "clean-up" }));
}

/** The container was started by its creation, and not over a copy that is not whole. */
function startedOverIt({ world, exitCode }: Closing): string[] {
  if (exitCode === 0) return [];
  const created = world.record.findLast(({ what }) => what === "provision")?.subject ?? "";
  const container = allContainers(world).find((site) => site.container.env.PATRONI_SCOPE === created)?.container;
  return container?.life === 1 && container.status === "exited" ? [] : ["the container was started over it"];
}
