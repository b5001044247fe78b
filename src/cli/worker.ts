/** A process of a rehearsal's crew: it obeys orders of the one that forked it, each with a reply, and ends with it. */
import { installLoopbackGuard } from "../rehearsal/loopback-guard.js";
import { findScenario } from "../rehearsal/scenarios/registry.js";
import type { Scenario } from "../rehearsal/scenarios/scenario.js";

/** `failed` makes a reply of what an order threw. */
export function obeyOrders<Order, Reply>(
  obey: (order: Order) => Promise<Reply | undefined>,
  failed: (why: string, order: Order) => Reply,
): void {
  installLoopbackGuard();
  const send = (reply: Reply | undefined): void => {
    if (reply !== undefined) process.send?.(reply);
  };
  process.on("message", (order: Order) => {
    obey(order).then(send, (thrown: unknown) =>
      send(failed(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown), order)),
    );
  });
  // Whoever gave the orders is gone.
  process.on("disconnect", () => process.exit());
}

export function scenarioNamed(name: string): Scenario {
  const scenario = findScenario(name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario;
}
