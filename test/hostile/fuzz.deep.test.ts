/**
 * Everything that reads foreign text, with a fixed number of inputs from a seed that is printed: FUZZ_SEED tries others,
 * FUZZ_RUNS more or fewer. A finding becomes a file of fixtures/corpus and is mended.
 */
import { fc } from "../properties.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultyServer } from "../archive/adapters/s3/faulty-server.ts";
import { isRefusal, s3Target, type Target, TARGETS } from "./targets.ts";

const SEED = Number(process.env["FUZZ_SEED"] ?? 1);
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 3_000);

let server: FaultyServer;
let executions = 0;
const open: string[] = [];
beforeAll(async () => {
  server = await FaultyServer.start();
});
afterAll(async () => {
  await server.stop();
  console.log(`${executions} fuzz executions, ${open.length} findings open`);
});

async function fuzz(target: Target): Promise<void> {
  const { name, inputs, share } = target;
  const property = fc.asyncProperty(inputs, async (input) => {
    executions += 1;
    try {
      await target.run(input);
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
    }
  });
  const outcome = await fc.check(property, { seed: SEED, numRuns: Math.ceil(RUNS * share) });
  if (!outcome.failed) return;
  const { errorInstance: thrown, counterexample } = outcome;
  const why =
    thrown instanceof Error ? (thrown.stack ?? thrown.message).split("\n").slice(0, 6).join(" | ") : String(thrown);
  const input = JSON.stringify(counterexample?.[0] ?? "").slice(0, 2_000);
  open.push(`${name}, seed ${SEED}: ${why.slice(0, 1_500)}\n  input: ${input}`);
}

describe("hostile input", () => {
  it.each(TARGETS.map((each) => [each.name, each] as const))(
    "as %s is answered or refused in words",
    async (name, each) => {
      await fuzz(each);
      expect(open.filter((finding) => finding.startsWith(`${name},`))).toEqual([]);
    },
  );

  it("as s3-xml is answered or refused in words", async () => {
    await fuzz(s3Target(server));
    expect(open.filter((finding) => finding.startsWith("s3-xml,"))).toEqual([]);
  });
});
