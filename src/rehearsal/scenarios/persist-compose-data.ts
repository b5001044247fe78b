/** A Compose stack whose databases have no place for their data gets one: as it should go, with a full disk, with a taken port. */
import { unless } from "./endings.ts";
import { withContainer, withImage } from "../docker-engine/seed.ts";
import type { DockerEngineState } from "../docker-engine/state.ts";
import {
  COMPOSE_FILE,
  DIRECTORY,
  lostRows,
  mastodonHost,
  memberOf,
  OVERRIDE,
  PROJECT,
  standing,
  TEXT,
  textOf,
} from "./mastodon-stack.ts";
import { AGREES, openStory } from "./opening.ts";
import type { Closing, Opening, Scenario } from "./scenario.ts";
import { type Told, unsaid } from "./told.ts";

const INPUTS = {
  project: PROJECT,
  announced: "everybody, by a banner since yesterday",
  url: "http://127.0.0.1:3000/about",
};

/** The lines that every ticket here tells the paged person. */
const TOLD = `The project is "${PROJECT}". Everybody knows of the break, by a banner since yesterday; the page to look at is ${INPUTS.url}.`;

type Common = Pick<Scenario, "runbook" | "inputs" | "answers" | "undone">;
const COMMON: Common = {
  runbook: "persist-compose-data",
  inputs: INPUTS,
  answers: AGREES,
  undone: ({ docker }) => [...complaintsOf(docker, lostRows), ...complaintsOf(docker, asBefore)],
};

const opened = (
  { seed, now }: { readonly seed: number; readonly now: number },
  docker: DockerEngineState,
): Opening => ({
  ...openStory({ era: "f", seed, now }),
  docker,
});

export const persistComposeData: Scenario = {
  ...COMMON,
  name: "persist-compose-data",
  title: "A Compose stack without a place for its data",
  teaches:
    "The data would go with their containers. The tool copies them into volumes, proves the copy, and compares the rows.",
  ticket: [
    "A Saturday morning, and three thousand people use it. Somebody has read the Compose file once more: the lines with the",
    "volumes are still comments. The next `docker-compose down` would take every account with it.",
    TOLD,
  ],
  open: ({ seed, now }) => opened({ seed, now }, mastodonHost(now, "v1")),
  exitCode: 0,
  complaints: ({ docker, exitCode }) => [
    ...complaintsOf(docker, lostRows),
    ...(exitCode === 0 ? complaintsOf(docker, moved) : []),
  ],
  unsaid: (told) => [
    ...(Number(told.output("http")["refused"]) > 0 ? [] : ["nobody saw the first errors after the start"]),
    ...unsaid("the journal", told.text, ["postgres.public.accounts"]),
  ],
};

export const persistFullDisk: Scenario = {
  ...COMMON,
  name: "persist-full-disk",
  title: "A Compose stack is copied, and the disk is full",
  teaches: "The disk is full in the middle of the copy. The tool takes it back, and the stack runs as before.",
  ticket: [
    "The same stack, the same Saturday. What nobody has thought of: at ten a job of the office begins to write",
    "its archive to the disk of this machine as well.",
    TOLD,
  ],
  open: ({ seed, now }) =>
    opened({ seed, now }, mastodonHost(now, "v1", { hog: { afterStopOf: "mastodon_web_1", free: 0 } })),
  exitCode: 12,
  complaints: ({ docker }) => [...complaintsOf(docker, lostRows), ...complaintsOf(docker, untouched)],
  unsaid: (told) => refusalUnsaid(told, /No space left on device/),
};

export const persistPortTaken: Scenario = {
  ...COMMON,
  name: "persist-port-taken",
  title: "A Compose stack comes back, and its port is taken",
  teaches: "Another container takes the port as soon as the stack is down. The tool says so before it starts anything.",
  ticket: [
    "The same stack, brought up by a newer Compose. On the machine lies another project that somebody tried last year: its",
    "container is restarted for ever, because something else has its port.",
    TOLD,
  ],
  open: ({ seed, now }) => opened({ seed, now }, withRival(mastodonHost(now, "v2"), now)),
  exitCode: 16,
  complaints: ({ docker }) => complaintsOf(docker, lostRows),
  unsaid: (told) => refusalUnsaid(told, /"oldblog-web-1" has a port/),
};

export const persistEngineRestarts: Scenario = {
  ...COMMON,
  name: "persist-engine-restarts",
  title: "The engine is restarted while a stack is down",
  teaches: "The engine does not answer for a while. The tool waits, looks again, and goes on.",
  ticket: [
    "The same stack once more. The machine installs its updates by itself on Saturdays, and among them is a newer Docker",
    "engine, which is restarted just when the stack has stopped.",
    TOLD,
  ],
  open: ({ seed, now }) =>
    opened({ seed, now }, mastodonHost(now, "v1", { restart: { afterStopOf: "mastodon_web_1", calls: 4 } })),
  exitCode: 0,
  complaints: (closing) => persistComposeData.complaints(closing),
};

function withRival(host: DockerEngineState, now: number): DockerEngineState {
  const image = withImage(host, { tag: "oldblog:1" });
  return withContainer(image, {
    ...{ name: "oldblog-web-1", image: "oldblog:1", createdAt: now - 1000, status: "restarting" },
    ports: [{ container: "3000/tcp", host: 3000 }],
  });
}

const complaintsOf = (
  docker: Closing["docker"],
  complaints: (state: DockerEngineState) => readonly string[],
): readonly string[] => (docker === undefined ? ["the Docker host is gone"] : complaints(docker));

function moved(state: DockerEngineState): readonly string[] {
  const isWritten = textOf(state, OVERRIDE).includes("\n    volumes:\n      - ./postgres:/var/lib/postgresql/data\n");
  const kept = Object.values(state.containers).filter(({ name }) => name.includes(".dingo-recover-"));
  return [
    ...standing(state, "directories"),
    ...unless(isWritten, "no override names the directories"),
    ...unless(textOf(state, COMPOSE_FILE) === TEXT, "the Compose file is not as it was"),
    ...unless(kept.length === 2, `${kept.length} old containers are kept, of 2`),
  ];
}

function asBefore(state: DockerEngineState): readonly string[] {
  return [...standing(state, "volumes"), ...unless(isUnwritten(state), "Compose's files are not as they were")];
}

function untouched(state: DockerEngineState): readonly string[] {
  const there = [`${DIRECTORY}/postgres`, `${DIRECTORY}/redis`].filter((path) => path.slice(1) in state.host.nodes);
  return [
    ...there.map((path) => `${path} has its name, and is no whole copy`),
    ...["db", "redis"].filter((service) => memberOf(state, service) === undefined).map((each) => `${each} is removed`),
    ...unless(isUnwritten(state), "Compose's files are not as they were"),
  ];
}

const isUnwritten = (state: DockerEngineState): boolean =>
  textOf(state, COMPOSE_FILE) === TEXT && textOf(state, OVERRIDE) === "";

function refusalUnsaid(told: Told, wanted: RegExp): string[] {
  const { message } = told.refusal;
  return unless(wanted.test(message), `it was refused with other words: ${message}`);
}
