/** The main job, in the first and in the last era. */
import { PAGED_AT, realStory } from "../real-archive/story.ts";
import { rowsOf } from "./endings.ts";
import { APP } from "./opening.ts";
import { FIRST_ERA, scenarioOf } from "./row.ts";

export const happyLastEra = scenarioOf({
  name: "happy-last-era",
  title: "A deleted database comes back (newest broker, 0.10.2)",
  teaches: "The whole recovery: from the deletion in Cloud Foundry's events to the log-in of the application.",
  real: { beginsAt: PAGED_AT, open: realStory, ending: { table: "orders", rows: rowsOf } },
});

export const happyFirstEra = scenarioOf({
  name: "happy-first-era",
  title: "A deleted database comes back (oldest broker, 0.1.2)",
  teaches:
    "The oldest release: its logs have no year, and its container is always killed at a stop. That costs ten minutes.",
  adds: [`The application that uses it is "${APP}".`],
  story: FIRST_ERA,
  // Cloud Foundry does not know any more which application was bound: the team says so.
  inputs: { apps: APP },
});
