/**
 * Row 25: New Year's Eve, and Cloud Foundry has kept no events. The broker's log was rotated and packed in the middle of the
 * deletion; its stamps name neither year nor zone, and are seven hours off; the cells' collector runs in UTC.
 */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, BEFORE_THE_LAST_SEGMENT, INPUTS } from "../happy.ts";
import { APP, openStory, ORG, SERVICE, SPACE } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { type Told, unsaid } from "../told.ts";

/** Shortly after midnight in UTC, on the first day of this machine's year. */
const beginsAt = (now: number): number => Date.UTC(new Date(now).getUTCFullYear(), 0, 1, 0, 42);

export const yearLessLogs: Scenario = {
  name: "year-less-logs",
  title: "Deleted on New Year's Eve, by logs without year and zone",
  teaches: "naked dates are never compared: offset and year of each source come from the exact times inside its lines",
  ticket: [
    `00:42, the first of January: our database "${SERVICE}" went with the fireworks, some 40 minutes ago.`,
    `Org "${ORG}", space "${SPACE}", application "${APP}". The old logs are zipped; they say it is still the 31st.`,
  ],
  beginsAt,
  open: ({ seed, now }) => {
    const opening = openStory({ era: "a", seed, now, withoutEvents: true });
    return { ...opening, world: { ...opening.world, collector: "rotated" } };
  },
  inputs: { ...INPUTS, apps: APP },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, BEFORE_THE_LAST_SEGMENT),
  unsaid: clocksUnsaid,
};

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
