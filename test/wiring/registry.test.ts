import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnyAction } from "../../src/action.ts";
import { ActionsById } from "../../src/wiring/actions-by-id.ts";
import { REGISTRY } from "../../src/wiring/registry.ts";
import { loadRunbook } from "../../src/engine/runbook/load.ts";

const MAIN = "runbooks/recover-deleted-service.yml";

describe("the registry", () => {
  it("asks for an action where it is looked up, and not before", () => {
    const named = (id: string): AnyAction => ({ ...(REGISTRY.get("platform.check") as AnyAction), id });
    const asked: string[] = [];
    const found = (id: string) => [id, () => (asked.push(id), named(id))] as const;
    const actions = new ActionsById(new Map([found("a.one"), found("a.two")])).with([named("x.own")]);
    expect([actions.size, [...actions.keys()], actions.has("a.two")]).toEqual([3, ["a.one", "a.two", "x.own"], true]);
    expect(asked).toEqual([]);
    expect([actions.get("a.two")?.id, actions.get("x.own")?.id, actions.get("a.none")]).toEqual([
      "a.two",
      "x.own",
      undefined,
    ]);
    expect(asked).toEqual(["a.two"]);
    const told: string[] = [];
    actions.forEach((action, id) => told.push(`${id} ${action.id}`));
    expect(told).toEqual(["a.one a.one", "a.two a.two", "x.own x.own"]);
    expect([...actions.values()].map(({ id }) => id)).toEqual([...actions.keys()]);
  });

  it("has every action below its own id", () => {
    for (const [id, action] of REGISTRY) expect(action.id).toBe(id);
  });

  it("names each action after its file", () => {
    const files = globSync("src/*/actions/**/*.ts");
    for (const id of REGISTRY.keys()) {
      const [system = "", verb = ""] = id.split(".");
      const file = `actions/${system}/${verb === "release-restart" ? "hold-restart" : verb}.ts`;
      expect(
        files.some((each) => each.endsWith(file)),
        `${id} should be in ${file}`,
      ).toBe(true);
    }
  });

  it("guards whatever disrupts or destroys, and probes whatever changes", () => {
    for (const action of REGISTRY.values()) {
      if (action.effect === "read") continue;
      expect(typeof action.probe, `${action.id} has a probe`).toBe("function");
      if (action.effect !== "create") expect(typeof action.guard, `${action.id} has a guard`).toBe("function");
    }
  });

  it("loads the main runbook without a mistake", () => {
    const loaded = loadRunbook(readFileSync(MAIN, "utf8"), MAIN, REGISTRY);
    expect("diagnostics" in loaded ? loaded.diagnostics : []).toEqual([]);
  });
});
