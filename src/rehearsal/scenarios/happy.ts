/** The main job, in the first and in the last era. */
import { APP, BATCHES, OPEN_ROWS, openStory, ORG, PER_BATCH, SERVICE, SPACE } from "./opening.ts";
import { PAGED_AT, realStory } from "../real-archive/story.ts";
import { recoveredComplaints, rowsOf } from "./endings.ts";
import type { Scenario } from "./scenario.ts";

export const INPUTS = { service: SERVICE, org: ORG, space: SPACE, around: "40m ago" } as const;
/** An operator who reads, agrees and types what is asked for. */
export const AGREES = {
  "any confirm": "yes",
  "any typed": "*expected*",
  "owner-agrees": "the team of the shop",
  // Asked where the logs hold no name: the time and the place tell the team of the shop which it was.
  instance: "*first*",
} as const;

export const TICKET = [
  `03:07, from the team of the shop: our database "${SERVICE}" is gone! Somebody ran cf delete-service about`,
  `40 minutes ago. Org "${ORG}", space "${SPACE}". Can you get it back?`,
] as const;

/** Rows in segments that were closed: what a kill leaves. */
export const BEFORE_THE_LAST_SEGMENT = BATCHES * PER_BATCH;
/** Rows that were ever committed. */
export const EVERYTHING = BATCHES * PER_BATCH + OPEN_ROWS;

export const happyLastEra: Scenario = {
  name: "happy-last-era",
  title: "A deleted database comes back (last era, broker 0.10.2)",
  teaches: "the whole recovery, from the deletion in Cloud Foundry's events to the application's log-in",
  ticket: TICKET,
  open: ({ seed, now }) => openStory({ era: "f", seed, now }),
  real: { beginsAt: PAGED_AT, open: realStory, ending: { table: "orders", rows: rowsOf } },
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
};

export const happyFirstEra: Scenario = {
  name: "happy-first-era",
  title: "A deleted database comes back (first era, broker 0.1.2)",
  teaches: "finding the instance in year-less logs, a stop that is always a kill, and the ten minutes that it costs",
  ticket: [...TICKET, `The application that uses it is "${APP}".`],
  // Cloud Foundry keeps no events here: the broker's log is all there is.
  open: ({ seed, now }) => openStory({ era: "a", seed, now, withoutEvents: true }),
  // Nor does it know any more which application was bound: the team says so.
  inputs: { ...INPUTS, apps: APP },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, BEFORE_THE_LAST_SEGMENT),
};
