import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REGISTRY } from "../../src/actions/registry.js";
import { renderDiagnostic } from "../../src/diagnostic.js";
import { loadRunbook } from "../../src/runbook/load.js";

const FOLDER = join(import.meta.dirname, "../../runbooks");

describe("shipped runbooks", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".yml")))
    it(`${file} has no mistake against the real actions`, () => {
      const text = readFileSync(join(FOLDER, file), "utf8");
      const loaded = loadRunbook(text, file, REGISTRY);
      const mistakes = "diagnostics" in loaded ? loaded.diagnostics.map((one) => renderDiagnostic(one, text)) : [];
      expect(mistakes).toEqual([]);
    });

  it('take a time such as "40m ago" for what it is when the run begins: who resumes next day means the same', () => {
    const file = "recover-deleted-service.yml";
    const loaded = loadRunbook(readFileSync(join(FOLDER, file), "utf8"), file, REGISTRY);
    const inputs = "runbook" in loaded ? loaded.runbook.inputs : [];
    expect(inputs.find(({ name }) => name === "around")).toMatchObject({ type: "time" });
  });
});
