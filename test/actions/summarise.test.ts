import { describe, expect, it } from "vitest";
import { summarise } from "../../src/actions/recovery/summarise.js";
import { StepContext } from "../fakes/step-context.js";
import type { Ports } from "../../src/ports/ports.js";

const FACTS = summarise.input.parse({
  target: "shop/prod/orders",
  guid: "new-guid",
  source_guid: "old-guid",
  recovered_to: "",
  deleted_at: "",
  segments_restored: 3,
  tables: [],
  cell: "cell/0",
  key: "recovery",
  org: "shop",
  space: "prod",
  name: "orders",
});

async function next(rehearsal: boolean): Promise<string> {
  const run = {
    id: "20261121-020000-test",
    epoch: 1,
    startedAt: new Date("2026-11-21T02:00:00Z"),
    operator: "op",
    target: "shop/prod/orders",
    rehearsal,
  };
  const found = await summarise.run(new StepContext({} as Ports, run), FACTS);
  return JSON.stringify(found["next"]);
}

describe("what to do next, at the end of a recovery", () => {
  it("names how it is taken back and cleaned up after", async () => {
    expect(await next(false)).toMatch(/dingo-recover undo 20261121-020000-test .*cleanup 20261121-020000-test /);
  });

  it("is neither of them in a rehearsal, whose foundation is gone then", async () => {
    const said = await next(true);
    expect(said).not.toMatch(/undo|cleanup/);
    expect(said).toContain("update-service orders");
  });
});
