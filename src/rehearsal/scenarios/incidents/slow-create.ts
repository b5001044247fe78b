/** Row 22: Cloud Foundry says "create in progress" for minutes (dingo.md §1.5). */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";

const MINUTE = 60_000;
const CREATE_TAKES = 4 * MINUTE;

export const slowCreate: Scenario = {
  name: "slow-create",
  title: "The new instance takes four minutes to be created",
  teaches:
    "a create is asynchronous: it is polled with a deadline of our own, and its container is left alone until then",
  ticket: [...TICKET, "The platform has been slow all night: creating a service takes minutes."],
  open: ({ seed, now }) => {
    const opening = openStory({ era: "f", seed, now });
    const { world } = opening;
    return { ...opening, world: { ...world, faults: { ...world.faults, slowCreates: CREATE_TAKES } } };
  },
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...touchedTooEarly(closing)],
};

/** Nothing is done to the container, nor is a second instance asked for, while the create runs. */
function touchedTooEarly({ world }: Closing): string[] {
  const created = world.record.findLast(({ what }) => what === "provision");
  const stopped = world.record.findLast(({ what }) => what === "stop");
  if (created === undefined || stopped === undefined) return ["no instance was created and stopped"];
  return stopped.at - created.at >= CREATE_TAKES ? [] : ["the container was stopped before the create had ended"];
}
