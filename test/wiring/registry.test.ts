import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REGISTRY } from "../../src/wiring/registry.ts";
import { loadRunbook } from "../../src/engine/runbook/load.ts";

const MAIN = "runbooks/recover-deleted-service.yml";

describe("the registry", () => {
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

  it("loads no runbook that would read a time only once it has begun", () => {
    const times = globSync("runbooks/*.yml").flatMap((file) => {
      const loaded = loadRunbook(readFileSync(file, "utf8"), file, REGISTRY);
      return "runbook" in loaded ? loaded.runbook.inputs.filter(({ prompt }) => prompt.includes(" ago")) : [];
    });
    expect(times.length).toBeGreaterThan(3);
    expect(times.filter(({ type }) => type !== "time")).toEqual([]);
  });
});
