/** Row 3: three databases went in one minute, and only the logs tell; they hold GUIDs and no names (dingo.md §1.2). */
import { drawGuid } from "../../world/chance.ts";
import { happen, pass } from "../../world/story.ts";
import { routerLog } from "../../world/broker-log.ts";
import type { World } from "../../world/world.ts";
import { nothingCreatedComplaints } from "../endings.ts";
import { AGREES, INPUTS, TICKET } from "../happy.ts";
import { openStory, type Place } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { refusalComplaints, type Told, unsaid } from "../told.ts";

const MINUTE = 60_000;
const CONFD = "/var/vcap/sys/run/router/haproxy.cfg";
/** Without times and addresses: what confd prints at every change of any member. */
const CONFD_LINES = [
  `INFO ${CONFD} has md5sum 0f3e should be 77ab`,
  `INFO Target config ${CONFD} out of sync`,
  `INFO Target config ${CONFD} has been updated`,
];

export const sameMinute: Scenario = {
  name: "same-minute",
  title: "Three databases were deleted in the same minute",
  teaches: "which one it was is never guessed from its place in a log: the candidates are shown, and somebody chooses",
  ticket: [...TICKET, "Somebody was cleaning up at that time, so there were others."],
  open: ({ seed, now }) => openStory({ era: "f", seed, now, withoutEvents: true, ...deletedBeside }),
  inputs: INPUTS,
  // Nobody can say which one it is: no answer.
  answers: { "any confirm": AGREES["any confirm"], "any typed": AGREES["any typed"] },
  exitCode: 13,
  complaints: nothingCreatedComplaints,
  unsaid: (told) => [...refusalComplaints(told, "question-unanswered", []), ...candidateComplaints(told)],
};

/** Two neighbours live for an hour before, and go within the minute. */
const deletedBeside = {
  besideOld: (world: World, { spaceGuid, orgGuid }: Place): World => {
    const two = ["first neighbour", "second neighbour"].map((name) => drawGuid(world, name));
    const parameters = { "node-count": 1 };
    return two.reduce((now, instanceGuid) => {
      const request = { instanceGuid, planId: "", spaceGuid, orgGuid, parameters };
      return pass(happen(now, 0, { is: "provision", request }), MINUTE);
    }, world);
  },
  beforeDeletion: (world: World, old: string): World =>
    Object.keys(world.broker.instances)
      .filter((guid) => guid !== old)
      .reduce(
        (now, guid) => routerLog(happen(now, 7_000, { is: "deprovision", guid }), "confd.stderr.log", CONFD_LINES),
        world,
      ),
  pause: 9_000,
};

/** Three, each with the place, size and age by which an owner knows it. */
function candidateComplaints(told: Told): string[] {
  const shown = told.records("discover", "candidates").at(-1)?.["shown"];
  const labels = Array.isArray(shown) ? shown.map(String) : [];
  return [
    ...(labels.length === 3 ? [] : [`${labels.length} candidates were shown, not 3`]),
    ...labels.flatMap((label) => unsaid("a candidate", label, ["production", "acme", "objects", "last WAL"])),
  ];
}
