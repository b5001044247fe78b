/** The broker's administrative addresses: whether they answer, and take the log-in. */
import type { BrokerRecords } from "../ports/broker-records.js";
import { ok } from "./check.js";
import type { Looks } from "./looks.js";

/** The GUID of nothing: whatever a broker says of it, it has let us in. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

export async function examineBroker(looks: Looks, broker: BrokerRecords): Promise<void> {
  const answer = await looks.look("broker.log-in", `the broker at ${broker.place}`, () => broker.current(NOBODY));
  if (answer !== undefined) looks.say("broker.log-in", ok("the broker answers, and takes the log-in"));
}
