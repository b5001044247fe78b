/** The main job, in the first and in the last era. */
import { PAGED_AT, realStory } from "../real-archive/story.ts";
import { rowsOf } from "./endings.ts";
import { APP } from "./opening.ts";
import { FIRST_ERA, scenarioOf } from "./row.ts";

export const happyLastEra = scenarioOf({
  name: "happy-last-era",
  title: "A deleted database comes back (last era, broker 0.10.2)",
  teaches: "the whole recovery, from the deletion in Cloud Foundry's events to the application's log-in",
  real: { beginsAt: PAGED_AT, open: realStory, ending: { table: "orders", rows: rowsOf } },
});

export const happyFirstEra = scenarioOf({
  name: "happy-first-era",
  title: "A deleted database comes back (first era, broker 0.1.2)",
  teaches: "finding the instance in year-less logs, a stop that is always a kill, and the ten minutes that it costs",
  adds: [`The application that uses it is "${APP}".`],
  story: FIRST_ERA,
  // Cloud Foundry does not know any more which application was bound: the team says so.
  inputs: { apps: APP },
});
