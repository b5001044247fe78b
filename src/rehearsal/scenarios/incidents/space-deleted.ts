/** Row 4: somebody deleted the space, with five databases and the applications in it; the space was made again, or is not there. */
import { addApp, addSpace, seedDeletion, seedInstance } from "../../cloud-controller/seed.ts";
import { change, drop } from "../../draft.ts";
import { drawGuid } from "../../world/chance.ts";
import { databaseOf } from "../../world/data-directory.ts";
import type { WorldEvent } from "../../world/apply.ts";
import { archivePrefix, below } from "../../world/store.ts";
import { createInstance, happen } from "../../world/story.ts";
import type { World } from "../../world/world.ts";
import { withClusterdata } from "../clusterdata.ts";
import { recoveredComplaints, siteNamed, unless } from "../endings.ts";
import { AGREES, APP, EVERYTHING, INPUTS, openStory, ORG, SERVICE, SPACE } from "../opening.ts";
import type { Closing, Opening, Scenario } from "../scenario.ts";
import { type Told, unsaid } from "../told.ts";

const SECOND = 1_000;
const OTHERS = ["catalogue-db", "invoices-db", "sessions-db", "users-db"] as const;
const FIRST_OTHER = OTHERS.slice(0, 1);

const TEACHES =
  "Usage events name all five databases. You see them in one review, and agree once. Each gets its own run.";

const TOLD = [
  `A call at night, from the team of the shop: somebody ran cf delete-space ${SPACE} in the org "${ORG}" about 40 minutes ago!`,
  `We have made the space again and pushed "${APP}". All our databases are gone; "${SERVICE}" is what hurts most.`,
];

const spaceDeleted: Scenario = {
  name: "space-deleted",
  title: "A whole space was deleted, with five databases",
  teaches: TEACHES,
  ticket: TOLD,
  runbook: "recover-deleted-space",
  open: (options) => openWithoutSpace(options, OTHERS),
  inputs: { org: ORG, space: SPACE, around: "40m ago", apps: `${SERVICE}:${APP}` },
  alwaysGiven: ["apps"],
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => allBackComplaints(closing, OTHERS),
  unsaid: (told) => planComplaints(told, OTHERS),
};

/** The smallest batch: if it is broken off, one is back, at work or to come. */
const spaceDeletedWithTwo: Scenario = {
  ...spaceDeleted,
  name: "space-deleted-two",
  title: "A whole space was deleted, with two databases",
  teaches: "You see both databases in one review and agree once. Each gets its own run.",
  open: (options) => openWithoutSpace(options, FIRST_OTHER),
  complaints: (closing) => allBackComplaints(closing, FIRST_OTHER),
  unsaid: (told) => planComplaints(told, FIRST_OTHER),
};

/** Killed when the third of them is stopped, and resumed: the two before are not touched again. */
const spaceDeletedKilled: Scenario = {
  ...spaceDeleted,
  name: "space-deleted-killed",
  title: "A whole space was deleted, and the laptop dies in the middle of the third database",
  teaches: "Each database has its own run. A resumed batch goes on with the third, and leaves the first two alone.",
  interruption: { at: /^docker-stop /, time: 3, meanwhile: () => [] },
};

/** Somebody's clean-up takes the last one's base backup along, after all was agreed. */
const spaceDeletedInPart: Scenario = {
  ...spaceDeleted,
  name: "space-deleted-in-part",
  title: "A whole space was deleted, and one archive breaks while the others are recovered",
  teaches: "A database that fails does not stop the others. The end says which one is left, why, and how to go on.",
  interruption: { at: /^docker-stop /, meanwhile: lastArchiveBreaks },
  exitCode: 17,
  complaints: (closing) => {
    const [last = "", ...others] = [...OTHERS].reverse();
    const made = closing.cloudController.instances.some(({ name }) => name === last);
    return [
      ...recoveredComplaints({ ...closing, exitCode: 0 }, EVERYTHING),
      ...[SERVICE, ...others].flatMap((name) => leadsComplaints(closing, name)),
      ...unless(!made, `an instance ${last} was created`),
    ];
  },
};

function lastArchiveBreaks(world: World): readonly WorldEvent[] {
  const gone = world.record.filter(({ what }) => what === "deprovision").map(({ subject }) => subject);
  const guid = gone[OTHERS.length - 1] ?? "";
  const { bucket } = world.network;
  return below(world, archivePrefix(guid))
    .filter(([key]) => key.endsWith("_backup_stop_sentinel.json"))
    .map(([key]) => ({ is: "delete-object", bucket, key, by: "clean-up" }));
}

/** Nobody has made the space again: the first of the runs does, with the consent that was given for all. */
const spaceMissing: Scenario = {
  ...spaceDeleted,
  name: "space-missing",
  title: "A whole space was deleted with one database wanted now, and nobody has made the space again",
  teaches: "The run makes the space again once the archive is proven. An undo renames that space only if it is empty.",
  ticket: [
    `A call at night, from the team of the shop: somebody ran cf delete-space ${SPACE} in the org "${ORG}" about 40 minutes ago!`,
    `There is no space "${SPACE}" any more. "${SERVICE}" is what we need now.`,
  ],
  runbook: "recover-deleted-service",
  open: (options) => {
    const opening = openWithoutSpace(options, OTHERS);
    const { spaces, apps, instances } = opening.cloudController;
    const again = spaces.find(({ name }) => name === SPACE)?.guid;
    drop(spaces, ({ guid }) => guid === again);
    for (const rows of [apps, instances]) drop<{ readonly spaceGuid: string }>(rows, (row) => row.spaceGuid === again);
    return opening;
  },
  inputs: INPUTS,
  complaints: (closing) => [
    ...recoveredComplaints(closing, EVERYTHING).filter((text) => !text.startsWith(`the app ${APP} is not bound`)),
    ...unless(
      closing.exitCode !== 0 || closing.cloudController.spaces.some(({ name }) => name === SPACE),
      "the space was not made again",
    ),
  ],
  unsaid: (told) => unless(told.began("make-space"), "the space was not made by a step of its own"),
};

/** Only one is wanted now: its run says which others went with the space, and how all of them come back. */
const oneOfASpace: Scenario = {
  ...spaceDeleted,
  name: "space-deleted-one",
  title: "A whole space was deleted, and one of its databases is wanted now",
  teaches: "A run for one database names the others that went with it, and the command that brings all of them back.",
  runbook: "recover-deleted-service",
  inputs: { ...INPUTS, apps: APP },
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: othersComplaints,
};

export const SPACE_DELETED: readonly Scenario[] = [
  spaceDeleted,
  spaceDeletedKilled,
  spaceDeletedWithTwo,
  spaceDeletedInPart,
  oneOfASpace,
  spaceMissing,
];

/** Each was created, stopped and started over its archive once, however often the tool was killed. */
function allBackComplaints(closing: Closing, others: readonly string[]): string[] {
  if (closing.exitCode !== 0) return recoveredComplaints(closing, EVERYTHING);
  return [
    ...recoveredComplaints(closing, EVERYTHING),
    ...[SERVICE, ...others].flatMap((name) => leadsComplaints(closing, name)),
  ];
}

function leadsComplaints(closing: Closing, name: string): string[] {
  const site = siteNamed(closing, name);
  if (site === undefined) return [`${name} is not back`];
  const { container } = site;
  const restored = (databaseOf(site)?.timeline ?? 0) > 1 && container.process.role === "master";
  const stopped = closing.world.record.filter(({ what, subject }) => what === "stop" && subject === container.name);
  return [
    ...unless(restored, `${name} does not lead a restored database`),
    ...unless(stopped.length === 1, `the container of ${name} was stopped ${stopped.length} times`),
  ];
}

function planComplaints(told: Told, others: readonly string[]): string[] {
  const { rows, members } = told.output("review");
  const { members: agreed } = told.output("agree");
  const count = others.length + 1;
  const texts = [SERVICE, ...others, "restorable", "no archived segment is missing", "one after another"];
  return [
    ...unless(Array.isArray(members) && members.length === count, `the plan does not hold ${count} databases`),
    ...unless(JSON.stringify(agreed) === JSON.stringify(members), "what was agreed to is not what was shown"),
    ...unsaid("the review", JSON.stringify(rows), texts),
  ];
}

function othersComplaints(told: Told): string[] {
  const { others, together } = told.output("discover");
  const commands = Array.isArray(others) ? others.map(String) : [];
  return [
    ...unless(commands.length === 1, `${commands.length} commands bring the others back, not one`),
    ...unsaid("the command", commands.join(), ["run recover-deleted-space", `org=${ORG}`, `space=${SPACE}`]),
    ...unsaid("the plan", String(together), [...OTHERS, "clone-from finds none", "with its applications", "last WAL"]),
    ...unsaid("the way", String(told.output("way")["why"]), ["not clone-from", "same space"]),
    ...unsaid("the summary", JSON.stringify(told.output("summary")), ["run recover-deleted-space"]),
  ];
}

interface Beginning {
  readonly seed: number;
  readonly now: number;
}

/** `others`: the names of the databases beside the service. */
function openWithoutSpace({ seed, now }: Beginning, others: readonly string[]): Opening {
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
  loseSpace(opening, { guids, names: others, now });
  return opening;
}

interface Gone {
  readonly guids: readonly string[];
  readonly names: readonly string[];
  readonly now: number;
}

/** Usage events of all, audit events of none; a new space of the same name, with an application that was pushed again. */
function loseSpace({ cloudController: cloud, world, old }: Opening, { guids, names, now }: Gone): void {
  const actor = { guid: "", type: "user", name: "somebody" } as const;
  const space = cloud.spaces.find(({ name }) => name === SPACE);
  const plan = cloud.plans[0];
  if (space === undefined || plan === undefined) throw new Error("the story has a space and a plan");
  const deletion = cloud.usageEvents.find(({ state, instance }) => state === "DELETED" && instance.guid === old);
  const at = new Date(deletion?.createdAt ?? now);
  const made = { now: new Date(at.getTime() - 3_600_000), actor };
  const common = { spaceGuid: space.guid, planGuid: plan.guid, tags: [] };
  for (const [index, guid] of guids.entries()) {
    seedInstance(cloud, { ...common, guid, name: names[index] ?? guid }, made);
    seedDeletion(cloud, guid, { now: at, actor });
  }
  drop(cloud.spaces, ({ guid }) => guid === space.guid);
  cloud.apps = [];
  cloud.auditEvents = [];
  const spaceAt = new Date(world.now - 60 * SECOND);
  const { guid: spaceGuid } = addSpace(cloud, { name: SPACE, orgGuid: space.orgGuid, at: spaceAt });
  addApp(cloud, { name: APP, spaceGuid, at: new Date(world.now) });
  change(cloud.instances, () => true, { spaceGuid });
}
