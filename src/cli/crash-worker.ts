/** A process of the crash matrix: records undisturbed runs and tries crash points, as it is told. */
import type { Order, Reply } from "../rehearsal/crash/crew.js";
import { record, type Undisturbed } from "../rehearsal/crash/recording.js";
import { attempt } from "../rehearsal/crash/trial.js";
import { carry } from "./carriage.js";
import { complaintOf } from "./journal-complaint.js";
import { obeyOrders, scenarioNamed } from "./worker.js";

let heldAgainst: Undisturbed | undefined;

obeyOrders<Order, Reply>(obey, (why) => ({ is: "failed", why }));

async function obey(order: Order): Promise<Reply | undefined> {
  switch (order.is) {
    case "record": {
      const { is: _, scenario: name, ...how } = order;
      return { is: "recorded", recording: await record({ scenario: scenarioNamed(name), ...how }, carry) };
    }
    case "hold-against":
      heldAgainst = order.undisturbed;
      return undefined;
    case "try": {
      if (heldAgainst === undefined) throw new Error("there is nothing to hold it against");
      const means = { undisturbed: heldAgainst, carry, checkJournal: complaintOf };
      return { is: "tried", id: order.id, verdict: await attempt(order.trial, means) };
    }
  }
}
