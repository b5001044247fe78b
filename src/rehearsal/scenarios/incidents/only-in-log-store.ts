/**
 * Row 25 once more: Cloud Foundry has kept no events, and nobody has kept files: the broker's lines are in Logsearch alone,
 * seven hours off, because the collector's times name no zone and were taken for UTC.
 */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, BEFORE_THE_LAST_SEGMENT, INPUTS } from "../happy.ts";
import { APP, openStory, ORG, SERVICE, SPACE } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { type Told, unsaid } from "../told.ts";

export const onlyInLogStore: Scenario = {
  name: "only-in-log-store",
  title: "A deletion that only the log store remembers",
  teaches: "Elasticsearch is searched where it stands, and the times inside the lines count, not those of the store",
  ticket: [
    `03:07, from the team of the shop: our database "${SERVICE}" is gone, for some 40 minutes now.`,
    `Org "${ORG}", space "${SPACE}", application "${APP}". We keep no log files; Kibana is down, Elasticsearch is not.`,
  ],
  open: ({ seed, now }) => {
    const opening = openStory({ era: "a", seed, now, withoutEvents: true });
    return { ...opening, world: { ...opening.world, collector: "log-store" } };
  },
  inputs: { ...INPUTS, apps: APP },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, BEFORE_THE_LAST_SEGMENT),
  unsaid: storeUnsaid,
};

/** The documents that prove it, and how far the store's times are off. */
function storeUnsaid(told: Told): string[] {
  const { evidence, log_clocks } = told.output("discover");
  const texts = (value: unknown): string => (Array.isArray(value) ? value.join("\n") : "");
  return [
    ...unsaid("the discovery", texts(evidence), ["log-store logs-platform-", "remove-node.perform"]),
    ...unsaid("the discovery", texts(log_clocks), ["/logs-platform-* spans", "its clock runs at -07:00"]),
  ];
}
