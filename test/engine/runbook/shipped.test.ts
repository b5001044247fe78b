import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderDiagnostic } from "../../../src/kit/text/diagnostic.ts";
import { loadFile } from "../../../src/cli/process/shipped-runbooks.ts";

const FOLDER = join(import.meta.dirname, "../../../runbooks");

describe("shipped runbooks", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".yml")))
    it(`${file} has no mistake against the real actions`, () => {
      const loaded = loadFile(join(FOLDER, file));
      const mistakes = "diagnostics" in loaded ? loaded.diagnostics.map((one) => renderDiagnostic(one)) : [];
      expect(mistakes).toEqual([]);
    });

  it('take a time such as "40m ago" for what it is when the run begins: who resumes next day means the same', () => {
    const loaded = loadFile(join(FOLDER, "recover-deleted-service.yml"));
    const inputs = "runbook" in loaded ? loaded.runbook.inputs : [];
    expect(inputs.find(({ name }) => name === "around")).toMatchObject({ type: "time" });
  });
});
