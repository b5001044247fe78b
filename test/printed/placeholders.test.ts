/**
 * Law 11, of every action: a line with placeholders, filled in by hand, works like the line with the real values. A
 * line that concluded something from the text of a placeholder is found here (it deleted the archive that it should
 * keep).
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { AnyAction, JsonObject, PrintedCommand } from "../../src/action.ts";
import { REGISTRY } from "../../src/wiring/registry.ts";
import { foreseeUnits } from "../../src/engine/state/foresight.ts";
import { planRun } from "../../src/engine/state/plan.ts";
import { resolve } from "../../src/engine/runbook/resolve.ts";
import type { Template } from "../../src/engine/runbook/runbook.ts";
import { runbookOf } from "../engine/fixture.ts";
import { fc, inputs } from "../properties.ts";
import { byPath, filled } from "./fill.ts";
import { inputsOf } from "./samples.ts";
import { callsOf } from "./shell.ts";

type Calls = ReturnType<typeof callsOf>[number];

const RUN = "20261121-020000-abcd";
const LATER = /^# .*: its commands are known once <inputs\.([a-z_]+)> is$/u;

/** As a dry run foresees the step when these fields are not known yet. */
function foreseen(action: AnyAction, input: JsonObject, unknown: readonly string[]): readonly PrintedCommand[] {
  const entries = Object.entries(input).map(([field, value]): [string, Template] => [
    field,
    unknown.includes(field) ? { kind: "reference", path: ["inputs", field] } : literal(value as never),
  ]);
  const plan = planRun(runbookOf([{ id: "step", title: "Step", action, with: Object.fromEntries(entries) }]));
  const at = { run: RUN, plan, evaluator: { resolve, evaluate: () => null }, scope: {}, skipped: new Set<string>() };
  const [planned] = plan.steps;
  return planned === undefined ? [] : foreseeUnits(at, planned).flatMap(({ commands }) => commands);
}

function literal(value: JsonObject[string]): Template {
  if (Array.isArray(value)) return { kind: "list", items: (value as JsonObject[string][]).map(literal) };
  if (typeof value !== "object" || value === null) return { kind: "literal", value: value as string };
  return { kind: "map", entries: Object.fromEntries(Object.entries(value).map(([key, one]) => [key, literal(one)])) };
}

const cases = (action: AnyAction) =>
  inputsOf(action.input).chain((input) =>
    fc.record({
      input: fc.constant(input),
      unknown: fc.oneof(
        fc.constant(Object.keys(input)),
        fc.subarray(Object.keys(input), { minLength: Math.min(1, Object.keys(input).length) }),
      ),
    }),
  );

interface Described {
  readonly input: JsonObject;
  readonly unknown: readonly string[];
  readonly real: readonly PrintedCommand[];
  readonly printed: readonly PrintedCommand[];
}

function describedBy(action: AnyAction): readonly Described[] {
  const samples = fc.sample(cases(action), { seed: 1, numRuns: inputs(8) });
  return samples.map(({ input, unknown }) => ({
    input,
    unknown,
    real: action.describe(action.input.parse(input), RUN),
    printed: foreseen(action, input, unknown),
  }));
}

const ALL = [...REGISTRY].map(([id, action]) => {
  const described = describedBy(action);
  const told = described.filter(({ printed }) => !printed.some(({ line }) => LATER.test(line)));
  const lists = told.map(({ input, printed }) => filled(printed, byPath({ inputs: input })));
  return { id, described, told, lists };
});

/** One shell runs the lines of all: by action, with the real values and filled in. */
const called = new Map<string, { readonly reals: readonly Calls[]; readonly fills: readonly Calls[] }>();
beforeAll(() => {
  const reals = [...callsOf(ALL.flatMap(({ told }) => told.map(({ real }) => real)))];
  const fills = [...callsOf(ALL.flatMap(({ lists }) => lists))];
  for (const { id, told } of ALL)
    called.set(id, { reals: reals.splice(0, told.length), fills: fills.splice(0, told.length) });
});

describe.each(ALL)("what $id prints", ({ id, described, told, lists }) => {
  it("is known once a value is that is not known yet", () => {
    for (const { printed, unknown } of described)
      for (const { line } of printed) {
        const [, field] = LATER.exec(line) ?? [];
        if (line.includes("are known once")) expect(unknown).toContain(field);
      }
  });

  it("does the same with its placeholders filled in as with the real values", () => {
    expect(lists.map((list) => list.map(({ on }) => on).filter((on, at, all) => all[at - 1] !== on))).toEqual(
      told.map(({ real }) => real.map(({ on }) => on).filter((on, at, all) => all[at - 1] !== on)),
    );
    const { reals, fills } = called.get(id) ?? { reals: [], fills: [] };
    expect([reals.length, fills.length]).toEqual([told.length, told.length]);
    for (const [index, calls] of fills.entries())
      expect(withoutLines(calls), JSON.stringify(told[index])).toEqual(withoutLines(reals[index] ?? []));
  });
});

describe("a name that another language quotes as well", () => {
  const hostile: JsonObject = { database: "it's \\ a=b", into_schema: 'in"to', schema: 'in"to', owner: 'o"wner' };
  const asking = ALL.filter(({ id }) => /^(?:postgres|scratch)\./u.test(id)).flatMap(({ id, described: [first] }) => {
    const action = REGISTRY.get(id);
    const fields = Object.keys(first?.input ?? {}).filter((field) => field in hostile);
    return action === undefined || first === undefined || fields.length === 0 ? [] : [{ id, action, fields, first }];
  });

  it("is asked for by several actions", () => {
    expect(asking.map(({ id }) => id)).toEqual(expect.arrayContaining(["postgres.count-tables", "scratch.dump"]));
  });

  it.each(asking)("fits into the placeholder of $id as it is", ({ action, fields, first }) => {
    const input = { ...first.input, ...Object.fromEntries(fields.map((field) => [field, hostile[field] ?? ""])) };
    const printed = foreseen(action, input, fields);
    if (printed.some(({ line }) => LATER.test(line))) return;
    const real = action.describe(action.input.parse(input), RUN);
    const [reals = [], fills = []] = callsOf([real, filled(printed, byPath({ inputs: input }))]);
    expect(withoutLines(fills)).toEqual(withoutLines(reals));
  });
});

/** A line more that calls nothing, since its condition does not hold, is none. */
const withoutLines = (calls: Calls): readonly (readonly string[])[] => calls.map(([, ...call]) => call);
