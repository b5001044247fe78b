/** Which instance was deleted: several in one minute, nodes, tests, other organizations, and logs that say little. */
import { addOrg, addSpace } from "../../cloud-controller/seed.ts";
import { routerLog } from "../../world/broker-log.ts";
import { drawGuid } from "../../world/chance.ts";
import type { WorldEvent } from "../../world/apply.ts";
import { archivePrefix, below } from "../../world/store.ts";
import { happen, pass } from "../../world/story.ts";
import { siteOf, type World } from "../../world/world.ts";
import { leftUsers, unless } from "../endings.ts";
import { APP, ORG, type Place, SERVICE, SPACE } from "../opening.ts";
import { FIRST_ERA, type Row } from "../row.ts";
import type { Closing, Opening } from "../scenario.ts";
import { type Told, unsaid } from "../told.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400_000;
const OTHER_ORG = "acme-staging";
const TWIN = "6e101b27-0000-4000-8000-00000000beef";

export const WHICH_INSTANCE: readonly Row[] = [
  {
    // Only the logs tell, and they hold GUIDs and no names (dingo.md §1.2).
    incident: 3,
    name: "same-minute",
    title: "Three databases were deleted in the same minute",
    teaches: "The tool does not guess which one was meant. It shows all three, and you choose.",
    adds: ["Somebody was cleaning up at that time, so there were others."],
    story: { withoutEvents: true, besideOld: neighbours, beforeDeletion: neighboursGone, pause: 9 * SECOND },
    unanswered: ["instance", "owner-agrees"],
    exitCode: 13,
    refused: ["question-unanswered"],
    unsaid: candidatesUnsaid,
  },
  {
    // Two lines say remove-node, and only the logs are left to tell.
    incident: 5,
    name: "two-nodes",
    title: "The deleted database had two nodes",
    teaches: "Two removed nodes are one deletion. The tool recovers with one node, and offers the second at the end.",
    adds: ["It ran on two nodes, they say."],
    story: { nodes: 2, withoutEvents: true },
    inputs: { apps: APP },
    unsaid: (told) => {
      const { nodes } = told.output("discover");
      const count = Array.isArray(nodes) ? nodes.length : 0;
      return [
        ...unless(count === 2, `${count} nodes of it were found, not 2`),
        ...unsaid("the summary", JSON.stringify(told.output("summary")), ['\\"node-count\\":2']),
      ];
    },
  },
  {
    incident: 6,
    name: "scaled-in",
    title: "A node went, and the database is alive",
    teaches:
      "A removed node logs the same line as a deletion. The tool does not offer an instance that lives, and says why.",
    ticket: [
      `A call at night, from the team of the shop: the log says that a node of "${SERVICE}" was removed 40 minutes ago.`,
      `Has it been deleted? Org "${ORG}", space "${SPACE}".`,
    ],
    story: {
      nodes: 2,
      staysAlive: true,
      afterDeletion: (world, { old }) => pass(happen(world, MINUTE, { is: "scale-in", guid: old }), MINUTE),
    },
    exitCode: 17,
    complaints: ({ world, old }) => [
      ...unless(world.broker.instances[old]?.nodes.length === 1, "the living instance is not as it was"),
      ...leftUsers(world),
    ],
    refused: ["nothing-found", "scale in", SERVICE, "is alive"],
  },
  {
    incident: 7,
    name: "short-lived",
    title: "Test instances come and go beside the deleted one",
    teaches: "An instance that lived for a minute was a test or a failed create. The tool leaves it out, and says so.",
    adds: ["The platform's own tests run now and then, in every space."],
    story: { withoutEvents: true, besideOld: noise },
    inputs: { apps: APP },
    unsaid: (told) =>
      unsaid("the step that looks for it", JSON.stringify(told.records("discover", "set-aside")), ["lived for"]),
  },
  {
    incident: 24,
    name: "wrong-organization",
    title: "The service was in another organization than the ticket says",
    teaches:
      "Events and logs hold the GUID of the organization. The tool sees that the ticket names another one, and refuses.",
    ticket: [
      `A call at night, from the team of the shop: our database "${SERVICE}" is gone! Somebody deleted it 40 minutes ago.`,
      `Org "${OTHER_ORG}", space "${SPACE}", I think.`,
    ],
    story: { alters: withOtherOrganization },
    inputs: { org: OTHER_ORG },
    // The operator does not insist.
    answers: { "other-organization": "no" },
    exitCode: 16,
    refused: ["guard-refused", ORG, OTHER_ORG],
  },
  {
    // The broker's log was rotated and packed in the middle of the deletion; its stamps are seven hours off.
    incident: 25,
    name: "year-less-logs",
    title: "Deleted on New Year's Eve, by logs without year and zone",
    teaches: "These logs have no year and no time zone. The tool takes both from the exact times inside the lines.",
    ticket: [
      `00:42, the first of January: our database "${SERVICE}" went with the fireworks, some 40 minutes ago.`,
      `Org "${ORG}", space "${SPACE}", application "${APP}". The old logs are zipped; they say it is still the 31st.`,
    ],
    // Shortly after midnight in UTC, on the first day of this machine's year.
    beginsAt: (now) => Date.UTC(new Date(now).getUTCFullYear(), 0, 1, 0, 42),
    story: { ...FIRST_ERA, world: { collector: "rotated" } },
    inputs: { apps: APP },
    unsaid: clocksUnsaid,
  },
  {
    // The broker's lines are in Logsearch alone, seven hours off: the collector's times name no zone and were taken for UTC.
    incident: 25,
    name: "only-in-log-store",
    title: "A deletion that only the log store remembers",
    teaches: "The tool searches Elasticsearch itself. It uses the times inside the lines, not those of the store.",
    ticket: [
      `A call at night, from the team of the shop: our database "${SERVICE}" is gone, for some 40 minutes now.`,
      `Org "${ORG}", space "${SPACE}", application "${APP}". We keep no log files; Kibana is down, Elasticsearch is not.`,
    ],
    story: { ...FIRST_ERA, world: { collector: "log-store" } },
    inputs: { apps: APP },
    says: [
      ["the discovery", "discover", "evidence", "log-store logs-platform-", "remove-node.perform"],
      ["the discovery", "discover", "log_clocks", "/logs-platform-* spans", "its clock runs at -07:00"],
    ],
  },
  {
    // The containers' lines show six characters only (dingo.md §2.5).
    incident: 34,
    name: "same-first-letters",
    title: "A healthy database has a GUID that begins alike",
    teaches: "Some log lines show six characters of a GUID. The tool always compares the whole GUID.",
    story: { bystander: TWIN },
    also: twinComplaints,
    unsaid: (told) => unless(told.output("discover")["guid"] !== TWIN, "the living twin was taken for the deleted one"),
  },
];

const CONFD = "/var/vcap/sys/run/router/haproxy.cfg";
/** Without times and addresses: the lines that confd prints at every change of any member. */
const CONFD_LINES = [
  `INFO ${CONFD} has md5sum 0f3e should be 77ab`,
  `INFO Target config ${CONFD} out of sync`,
  `INFO Target config ${CONFD} has been updated`,
];

const provision = (instanceGuid: string, { spaceGuid, orgGuid }: Place): WorldEvent => ({
  is: "provision",
  request: { instanceGuid, planId: "", spaceGuid, orgGuid, parameters: { "node-count": 1 } },
});

/** Two neighbours live for an hour before, and go within the minute. */
function neighbours(world: World, place: Place): World {
  const two = ["first neighbour", "second neighbour"].map((name) => drawGuid(world, name));
  return two.reduce((before, guid) => pass(happen(before, 0, provision(guid, place)), MINUTE), world);
}

function neighboursGone(world: World, old: string): World {
  const others = Object.keys(world.broker.instances).filter((guid) => guid !== old);
  return others.reduce((before, guid) => {
    const gone = happen(before, 7 * SECOND, { is: "deprovision", guid });
    return routerLog(gone, "confd.stderr.log", CONFD_LINES);
  }, world);
}

/** Three, each with the place, size and age by which an owner knows it. */
function candidatesUnsaid(told: Told): string[] {
  const shown = told.records("discover", "candidates").at(-1)?.["shown"];
  const labels = Array.isArray(shown) ? shown.map(String) : [];
  return [
    ...unless(labels.length === 3, `${labels.length} candidates were shown, not 3`),
    ...labels.flatMap((label) => unsaid("a candidate", label, ["production", "acme", "objects", "last WAL"])),
  ];
}

/** The sanity test's own id is no GUID; the other is the left-over of a create that failed halfway. */
function noise(world: World, place: Place): World {
  return [drawGuid(world, "orphan"), "T-1471234567"].reduce((before, guid) => {
    const made = pass(happen(before, SECOND, provision(guid, place)), 30 * SECOND);
    return pass(happen(made, SECOND, { is: "deprovision", guid }), MINUTE);
  }, world);
}

/** It has a space of the same name, as staging organizations do. */
function withOtherOrganization(opening: Opening, now: number): Opening {
  const at = new Date(now - 400 * DAY);
  const { guid: orgGuid } = addOrg(opening.cloudController, { name: OTHER_ORG, at });
  addSpace(opening.cloudController, { name: SPACE, orgGuid, at });
  return opening;
}

/** The deletion's instant in its right year, and the clock of each of the broker's files. */
function clocksUnsaid(told: Told): string[] {
  const { deleted_at, log_clocks } = told.output("discover");
  const year = Number(String(deleted_at).slice(0, 4));
  const clocks = (Array.isArray(log_clocks) ? log_clocks : []).join("\n");
  return [
    ...unsaid("the discovery", clocks, ["broker.log.1.gz", "broker.log spans", "its clock runs at -07:00"]),
    ...unsaid("the deletion", String(deleted_at), [`${year}-12-31T23:`]),
    ...unsaid("the next year", clocks, [`to ${year + 1}-01-01`]),
  ];
}

/** Its one container runs its first life, and its archive was written by itself alone. */
function twinComplaints({ world }: Closing): string[] {
  const twin = siteOf(world, TWIN)?.container;
  if (twin?.process.role !== "master" || twin.life !== 1) return ["the twin does not run its first life any more"];
  const foreign = world.store.requests.filter(
    ({ key, by, operation }) => key.startsWith(archivePrefix(TWIN)) && by !== twin.name && operation !== "list",
  );
  return [
    ...unless(below(world, archivePrefix(TWIN)).length > 0, "the twin has no archive any more"),
    ...foreign.map(({ operation, by, key }) => `${by} asked for the twin's ${key} (${operation})`),
  ];
}
