/** Row 4: somebody deleted the space, with five databases and the applications in it; the space was made again, or is not there. */
import { databaseOf } from "../../world/data-directory.ts";
import type { WorldEvent } from "../../world/events.ts";
import { archivePrefix, below } from "../../world/store.ts";
import { allContainers, type World } from "../../world/world.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS } from "../happy.ts";
import { APP, ORG, SERVICE, SPACE } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";
import { type Told, unsaid } from "../told.ts";
import { openWithoutSpace } from "./space-story.ts";

const OTHERS = ["catalogue-db", "invoices-db", "sessions-db", "users-db"] as const;
const FIRST_OTHER = OTHERS.slice(0, 1);

const TEACHES =
  "usage events know all of them: one review with a line for each, one consent, and a run for each; clone-from finds none in a new space";

const TOLD = [
  `03:07, from the team of the shop: somebody ran cf delete-space ${SPACE} in the org "${ORG}" about 40 minutes ago!`,
  `We have made the space again and pushed "${APP}". All our databases are gone; "${SERVICE}" is what hurts most.`,
];

export const spaceDeleted: Scenario = {
  name: "space-deleted",
  title: "A whole space was deleted, with five databases",
  teaches: TEACHES,
  ticket: TOLD,
  runbook: "recover-deleted-space",
  open: (options) => openWithoutSpace(options, OTHERS),
  inputs: { org: ORG, space: SPACE, around: "40m ago", apps: `${SERVICE}:${APP}` },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => allBackComplaints(closing, OTHERS),
  unsaid: (told) => planComplaints(told, OTHERS),
};

/** The smallest batch: where it is broken off, one is back, at work or to come. */
export const spaceDeletedWithTwo: Scenario = {
  ...spaceDeleted,
  name: "space-deleted-two",
  title: "A whole space was deleted, with two databases",
  teaches: "one review, one consent, and a run for each, small enough to be killed at every place",
  open: (options) => openWithoutSpace(options, FIRST_OTHER),
  complaints: (closing) => allBackComplaints(closing, FIRST_OTHER),
  unsaid: (told) => planComplaints(told, FIRST_OTHER),
};

/** Killed when the third of them is stopped, and resumed: the two before are not touched again. */
export const spaceDeletedKilled: Scenario = {
  ...spaceDeleted,
  name: "space-deleted-killed",
  title: "A whole space was deleted, and the laptop dies in the middle of the third database",
  teaches: "a batch goes on where it was: each database has a run of its own, and what is back is left alone",
  interruption: { at: /^docker-stop /, time: 3, meanwhile: () => [] },
};

/** Somebody's clean-up takes the last one's base backup along, after all was agreed. */
export const spaceDeletedInPart: Scenario = {
  ...spaceDeleted,
  name: "space-deleted-in-part",
  title: "A whole space was deleted, and one archive breaks while the others are recovered",
  teaches:
    "one that fails does not stop the others: nothing is created for it, and the end says which is left, why, and how it goes on",
  interruption: { at: /^docker-stop /, meanwhile: lastArchiveBreaks },
  exitCode: 17,
  complaints: (closing) => {
    const [last = "", ...others] = [...OTHERS].reverse();
    const made = closing.cloudController.instances.some(({ name }) => name === last);
    return [
      ...recoveredComplaints({ ...closing, exitCode: 0 }, EVERYTHING),
      ...[SERVICE, ...others].flatMap((name) => leadsComplaints(closing, name)),
      ...(made ? [`an instance ${last} was created`] : []),
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
export const spaceMissing: Scenario = {
  ...spaceDeleted,
  name: "space-missing",
  title: "A whole space was deleted with one database wanted now, and nobody has made the space again",
  teaches:
    "the space is made again by the run, once its archive is proven; an undo gives the name back only where it is empty",
  ticket: [
    `03:07, from the team of the shop: somebody ran cf delete-space ${SPACE} in the org "${ORG}" about 40 minutes ago!`,
    `There is no space "${SPACE}" any more. "${SERVICE}" is what we need now.`,
  ],
  runbook: "recover-deleted-service",
  open: (options) => {
    const { cloudController, ...opening } = openWithoutSpace(options, OTHERS);
    const again = cloudController.spaces.find(({ name }) => name === SPACE)?.guid;
    const elsewhere = (each: { readonly spaceGuid: string }): boolean => each.spaceGuid !== again;
    return {
      ...opening,
      cloudController: {
        ...cloudController,
        spaces: cloudController.spaces.filter(({ guid }) => guid !== again),
        apps: cloudController.apps.filter(elsewhere),
        instances: cloudController.instances.filter(elsewhere),
      },
    };
  },
  inputs: INPUTS,
  complaints: (closing) => [
    ...recoveredComplaints(closing, EVERYTHING).filter((text) => !text.startsWith(`the app ${APP} is not bound`)),
    ...(closing.exitCode !== 0 || closing.cloudController.spaces.some(({ name }) => name === SPACE)
      ? []
      : ["the space was not made again"]),
  ],
  unsaid: (told) => (told.began("make-space") ? [] : ["the space was not made by a step of its own"]),
};

/** Only one is wanted now: a run of its own says what else went, and how all of them come back. */
export const oneOfASpace: Scenario = {
  ...spaceDeleted,
  name: "space-deleted-one",
  title: "A whole space was deleted, and one of its databases is wanted now",
  teaches: "a run for one database says what else went with it, and the one command that brings them all",
  runbook: "recover-deleted-service",
  inputs: { ...INPUTS, apps: APP },
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: othersComplaints,
};

/** Each was created, stopped and started over its archive once, however often the tool was killed. */
function allBackComplaints(closing: Closing, others: readonly string[]): string[] {
  if (closing.exitCode !== 0) return recoveredComplaints(closing, EVERYTHING);
  return [
    ...recoveredComplaints(closing, EVERYTHING),
    ...[SERVICE, ...others].flatMap((name) => leadsComplaints(closing, name)),
  ];
}

function leadsComplaints({ world, cloudController }: Closing, name: string): string[] {
  const guid = cloudController.instances.find((each) => each.name === name)?.guid;
  const site = allContainers(world).find(({ container }) => container.env.PATRONI_SCOPE === guid);
  if (site === undefined) return [`${name} is not back`];
  const { container } = site;
  const restored = (databaseOf(site)?.timeline ?? 0) > 1 && container.process.role === "master";
  const stops = world.record.filter(({ what, subject }) => what === "stop" && subject === container.name).length;
  return [
    ...(restored ? [] : [`${name} does not lead a restored database`]),
    ...(stops === 1 ? [] : [`the container of ${name} was stopped ${stops} times`]),
  ];
}

function planComplaints(told: Told, others: readonly string[]): string[] {
  const { rows, members } = told.output("review");
  const agreed = told.output("agree")["members"];
  const said = JSON.stringify(rows);
  return [
    ...(Array.isArray(members) && members.length === others.length + 1
      ? []
      : [`the plan does not hold ${others.length + 1} databases`]),
    ...(JSON.stringify(agreed) === JSON.stringify(members) ? [] : ["what was agreed to is not what was shown"]),
    ...unsaid("the review", said, [
      SERVICE,
      ...others,
      "restorable",
      "no archived segment is lost",
      "one after another",
    ]),
  ];
}

function othersComplaints(told: Told): string[] {
  const { others, together } = told.output("discover");
  const commands = Array.isArray(others) ? others.map(String) : [];
  return [
    ...(commands.length === 1 ? [] : [`${commands.length} commands bring the others back, not one`]),
    ...unsaid("the command", commands.join(), ["run recover-deleted-space", `org=${ORG}`, `space=${SPACE}`]),
    ...unsaid("the plan", String(together), [...OTHERS, "clone-from finds none", "with its applications", "last WAL"]),
    ...unsaid("the way", String(told.output("way")["why"]), ["not clone-from", "same space"]),
    ...unsaid("the summary", JSON.stringify(told.output("summary")), ["run recover-deleted-space"]),
  ];
}
