/** A process of the crash matrix: records undisturbed runs and tries crash points, as it is told. */
import type { Order, Reply } from "../rehearsal/crash/crew.js";
import { record, type Undisturbed } from "../rehearsal/crash/recording.js";
import { attempt } from "../rehearsal/crash/trial.js";
import { installLoopbackGuard } from "../rehearsal/loopback-guard.js";
import { findScenario } from "../rehearsal/scenarios/registry.js";
import { carry } from "./carriage.js";
import { complaintOf } from "./journal-complaint.js";

installLoopbackGuard();
let heldAgainst: Undisturbed | undefined;

process.on("message", (order: Order) => {
  obey(order).then(
    (reply) => {
      if (reply !== undefined) process.send?.(reply);
    },
    (thrown: unknown) => {
      process.send?.({
        is: "failed",
        why: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      });
    },
  );
});
// Whoever gave the orders is gone.
process.on("disconnect", () => process.exit());

async function obey(order: Order): Promise<Reply | undefined> {
  switch (order.is) {
    case "record": {
      const { scenario: name, seed, acceptLoss } = order;
      const scenario = findScenario(name);
      if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
      const loss = acceptLoss === undefined ? {} : { acceptLoss };
      return { is: "recorded", recording: await record({ scenario, seed, ...loss }, carry) };
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
