/** The captured logs, carried in any way, tell what they tell as they stand, or 15: never "nothing", never a stranger. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { fc, inputs } from "../properties.ts";
import { ALL, AROUND, type Carrier, WITHIN } from "./carriers.ts";
import { bytesOf, memoryLogs } from "./recorded-logs.ts";

const now = new Date("2026-11-21T14:00:00Z");

const LOGS = [
  ["a-0.1.2", "solo.log"],
  ["a-0.3.2", "recreate.log"],
  ["b-0.5.8", "cell-down.log"],
  ["c-0.8.0", "solo.log"],
  ["d-0.9.2", "two-nodes.log"],
  ["e-0.9.3", "solo.log"],
  ["f-0.10.2", "cell-down.log"],
  ["f-0.10.2", "etcd-down.log"],
] as const satisfies readonly (readonly [string, string])[];

async function ask(text: string) {
  const files = memoryLogs({ "b.log": text });
  const { document, exitCode } = await discover({
    sources: { logs: { files, patterns: ["b.log"] }, now },
    query: { all: true },
  });
  const complete = document.coverage.every((each) => each.complete);
  const told = document.candidates.map(({ guid, kind, mayLive }) => ({ guid, kind, mayLive }));
  return { exitCode, complete, told, why: document.coverage.map(({ why }) => why).join() };
}

const linesOf = (foundation: string, file: string): readonly string[] =>
  bytesOf(foundation, file).toString().trimEnd().split("\n");

const told = new Map<string, ReturnType<typeof ask>>();
const asItStands = (foundation: string, file: string): ReturnType<typeof ask> => {
  const key = `${foundation} ${file}`;
  const known = told.get(key) ?? ask(linesOf(foundation, file).join("\n"));
  told.set(key, known);
  return known;
};

describe("a captured log is read as it stands", () => {
  const log = ["f-0.10.2", "cell-down.log"] as const;
  const lines = linesOf(...log);
  const each = { ...AROUND, ...WITHIN };

  it.each(Object.keys(each))("in %s", async (name) => {
    const carry = each[name] as Carrier;
    expect(await ask(lines.map(carry).join("\n"))).toMatchObject(await asItStands(...log));
  });

  it.each(Object.keys(ALL))("all of it in %s", async (name) => {
    const carry = ALL[name] as (typeof ALL)[string];
    expect(await ask(carry(lines))).toMatchObject(await asItStands(...log));
  });

  it.each(LOGS)("%s/%s in one line, with those of other programs", async (foundation, file) => {
    const carry = ALL["one line of HTML"] as (typeof ALL)[string];
    expect(await ask(carry(linesOf(foundation, file)))).toMatchObject(await asItStands(foundation, file));
  });
});

describe("a captured log whose lines lost their order", () => {
  const digest = (text: string): string => createHash("sha1").update(text).digest("hex");

  it.each([...LOGS, ["c-0.8.0", "recreate.log"]] as const)("%s/%s, shuffled", async (foundation, file) => {
    const lines = linesOf(foundation, file).filter((line) => line.startsWith("{"));
    const { told } = await ask(lines.join("\n"));
    for (const salt of ["a", "b", "c"]) {
      const order = new Map(lines.map((line) => [line, digest(salt + line)]));
      const shuffled = lines.toSorted((a, b) => ((order.get(a) ?? "") < (order.get(b) ?? "") ? -1 : 1));
      expect((await ask(shuffled.join("\n"))).told).toEqual(told);
    }
  });

  it.each(LOGS)("%s/%s, with times of whole seconds", async (foundation, file) => {
    const text = linesOf(foundation, file).join("\n");
    const { told } = await ask(text.replaceAll(/("timestamp":"\d+)\.\d+"/g, '$1"'));
    expect(told).toEqual((await asItStands(foundation, file)).told);
  });
});

it.each(LOGS)("a captured log with its GUIDs in capitals tells the same: %s/%s", async (foundation, file) => {
  const text = linesOf(foundation, file).join("\n");
  const { told } = await ask(
    text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (guid) => guid.toUpperCase()),
  );
  expect(told).toEqual((await asItStands(foundation, file)).told);
});

describe("carried three times over", () => {
  const around = fc.constantFrom(...Object.keys(AROUND));
  const carriage = fc.record({
    log: fc.constantFrom(...LOGS),
    within: fc.option(fc.constantFrom(...Object.keys(WITHIN)), { nil: undefined }),
    around: fc.array(around, { maxLength: 3 }),
    all: fc.option(fc.constantFrom(...Object.keys(ALL)), { nil: undefined }),
  });

  it("it tells the same, or that it was not understood", { timeout: 30 * 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(carriage, async ({ log: [foundation, file], within, around: outer, all }) => {
        const carriers = [...(within === undefined ? [] : [WITHIN[within]]), ...outer.map((name) => AROUND[name])];
        const carried = linesOf(foundation, file).map((line, at) =>
          carriers.reduce((text, carry) => carry?.(text, at) ?? text, line),
        );
        const found = await ask(all === undefined ? carried.join("\n") : (ALL[all]?.(carried) ?? ""));
        const raw = await asItStands(foundation, file);
        if (found.complete) expect(found).toEqual({ ...raw, why: expect.anything() as string });
        else expect(found.exitCode).not.toBe(17);
        const [first] = found.told;
        if (first !== undefined) expect(raw.told.map(({ guid }) => guid)).toContain(first.guid);
      }),
      { numRuns: inputs(60) },
    );
  });
});
