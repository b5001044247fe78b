import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AnyAction } from "../../../src/action.ts";
import { REGISTRY } from "../../../src/wiring/registry.ts";
import { type CheckedRunbooks, sourcesHash } from "../../../src/cli/process/checked-runbook.ts";
import { readRunbook } from "../../../src/cli/process/shipped-runbooks.ts";
import { type Plan, planRun, stepHashes } from "../../../src/engine/state/plan.ts";
import { kept, type KeptRunbook, revived } from "../../../src/engine/runbook/kept.ts";
import { TOOL_DIRECTORY } from "../../tool.ts";

const NAMES = readdirSync("runbooks").map((file) => file.slice(0, -".yml".length));
const throughJson = (runbook: KeptRunbook): KeptRunbook => JSON.parse(JSON.stringify(runbook)) as KeptRunbook;

describe("a runbook that was checked before", () => {
  it.each(NAMES)("%s is what the loader makes of it", (name) => {
    const runbook = readRunbook(name);
    expect(revived(throughJson(kept(runbook)), runbook.file, REGISTRY)).toStrictEqual(runbook);
  });

  it("is none if an action of it is not known", () => {
    const runbook = readRunbook("drill");
    const others = new Map([...REGISTRY].filter(([id]) => id !== runbook.steps.at(-1)?.action.id));
    expect(revived(kept(runbook), runbook.file, others)).toBeUndefined();
  });

  it("is planned without a look at its actions", () => {
    const runbook = readRunbook("recover-deleted-service");
    const unseen = new Map(REGISTRY);
    unseen.get = () => {
      throw new Error("an action was looked at");
    };
    const again = revived(throughJson(kept(runbook)), runbook.file, unseen);
    if (again === undefined) throw new Error("there is none");
    const facts = ({ steps }: Plan) =>
      steps.map(({ step: { id, action }, effect, review }) => [id, action.id, effect, review]);
    expect(facts(planRun(again))).toEqual(facts(planRun(runbook)));
    expect(stepHashes(again)).toEqual(stepHashes(runbook));
    expect(() => again.steps[0]?.action.title).toThrow("an action was looked at");
  });

  it("runs no action of another effect than was planned", () => {
    const runbook = readRunbook("recover-deleted-service");
    const others = new Map([...REGISTRY].map(([id, action]) => [id, { ...action, effect: "destroy" } as AnyAction]));
    const [first] = revived(throughJson(kept(runbook)), runbook.file, others)?.steps ?? [];
    expect(first?.action.effect).toBe("read");
    expect(() => first?.action.input).toThrow(/platform.check is not the one/);
  });

  it("stands in the build, for the files that it was made of", () => {
    const { sources, runbooks } = JSON.parse(
      readFileSync(join(TOOL_DIRECTORY, "runbooks.json"), "utf8"),
    ) as CheckedRunbooks;
    expect(runbooks).toEqual(Object.fromEntries(NAMES.map((name) => [name, throughJson(kept(readRunbook(name)))])));
    expect(sources).toBe(sourcesHash());
  });
});
