/** Row 19: the key that the published page deletes is there: /service/OLD/initialize, left by the broker (dingo.md §0.1). */
import { readKey, serviceKey } from "../../world/service-keys.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, BEFORE_THE_LAST_SEGMENT, INPUTS, TICKET } from "../happy.ts";
import { APP, openStory } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";

export const wrongKey: Scenario = {
  name: "wrong-key",
  title: "The key that the published page deletes is there",
  teaches: "/service/OLD/initialize is never written: it confirms the archive's system identifier, and stays as it is",
  ticket: [...TICKET, `The application is "${APP}". The wiki says to delete /service/<deleted GUID>/initialize first.`],
  open: ({ seed, now }) => openStory({ era: "a", seed, now, withoutEvents: true }),
  inputs: { ...INPUTS, apps: APP },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, BEFORE_THE_LAST_SEGMENT), ...oldKeysComplaints(closing)],
};

/** The tool writes through the cells' curl, which leaves a note; containers write their own keys without one. */
export function oldKeysComplaints({ world, old }: Closing): string[] {
  const kept = readKey(world, serviceKey(old, "initialize"));
  const written = world.record.filter(({ system, subject }) => system === "etcd" && subject.includes(old));
  return [
    ...(kept === undefined ? ["/service/OLD/initialize is gone"] : []),
    ...written.map(({ what, subject }) => `${what} of ${subject}, which belongs to the deleted instance`),
  ];
}
