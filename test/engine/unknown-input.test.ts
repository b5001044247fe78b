/** The uses that an action may make of an input that is not known yet. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action.ts";
import { dryRun } from "../../src/engine/run/dry-run.ts";
import { unknownInput } from "../../src/engine/state/foresight.ts";
import { NO_LOCKS } from "../../src/engine/journal/key-locks.ts";
import { UnknownValue } from "../../src/kit/commands/placeholder.ts";
import { changing, FakeWorld } from "./fake-world.ts";
import { Bench, runbookOf, step } from "./fixture.ts";

const INPUT = z.strictObject({
  guid: z.guid(),
  rows: z.number(),
  names: z.array(z.string()),
  loud: z.boolean(),
  kind: z.enum(["small", "large"]),
  at: z.object({ host: z.string() }),
  note: z.string().default("none"),
});
const PARSED = {
  guid: "<a.guid>",
  rows: "<a.rows>",
  names: "<a.names>",
  loud: "<a.loud>",
  kind: "<a.kind>",
  at: "<a.at>",
};

describe("an input that is not known yet", () => {
  const found = unknownInput(INPUT, PARSED);

  it("has texts and numbers to be printed, and the defaults of what was left out", () => {
    expect([found["guid"], found["rows"], found["note"]]).toEqual(["<a.guid>", "<a.rows>", "none"]);
  });

  it.each(["names", "loud", "kind", "at"])("has nothing to be concluded from: %s", (field) => {
    expect(() => found[field]).toThrow(new UnknownValue(`<a.${field}>`));
  });

  it("is what is known beside it", () => {
    const known = { ...PARSED, loud: false, at: { host: "docker1" } };
    expect(unknownInput(INPUT, known)).toMatchObject({ guid: "<a.guid>", note: "none" });
    expect(unknownInput(INPUT, known)["at"]).toEqual({ host: "docker1" });
    expect(unknownInput(INPUT, known)["loud"]).toBe(false);
  });
});

describe("a dry run", () => {
  const loud = defineAction({
    id: "x.call",
    title: "Call somebody",
    effect: "read",
    input: z.strictObject({ name: z.string(), loud: z.boolean() }),
    output: z.object({}),
    describe: ({ name, loud: isLoud }) => [{ on: "here", line: isLoud ? `shout '${name}'` : `say '${name}'` }],
    run: () => Promise.resolve({}),
  });

  it("names the very value that a step's commands wait for", async () => {
    const bench = new Bench();
    const made = step("make", { action: changing(new FakeWorld(), "create"), with: { key: "db" } });
    const call = { name: "${{ steps.make.made }}", loud: "${{ steps.make.loud }}" };
    const runbook = runbookOf([made, step("call", { action: loud, with: call })]);
    await dryRun({ ...bench.options({ runbook }), inputs: {}, locks: NO_LOCKS });
    const printed = bench.events.flatMap((event) => (event.type === "step-would-run" ? event.commands : []));
    expect(printed.map(({ line }) => line)).toContain("# Call somebody: its commands are known once <make.loud> is");
  });
});
