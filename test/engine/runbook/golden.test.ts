/**
 * Three-part documents in fixtures/runbooks: a runbook, a separator, and the answer of loading it. `UPDATE_GOLDENS=1`
 * writes the third part anew; look at the difference before you commit it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderDiagnostic } from "../../../src/kit/text/diagnostic.ts";
import { loadRunbook } from "../../../src/engine/runbook/load.ts";
import type { Runbook, Step } from "../../../src/engine/runbook/runbook.ts";
import { ACTIONS } from "./actions.ts";

const FOLDER = join(import.meta.dirname, "../../../fixtures/runbooks");
const SEPARATOR = "\n--- # expected\n";

function load(text: string): string {
  const loaded = loadRunbook(text, "runbook.yml", ACTIONS);
  if ("diagnostics" in loaded) return loaded.diagnostics.map((one) => renderDiagnostic(one, text)).join("\n");
  return summary(loaded.runbook);
}

function summary(runbook: Runbook): string {
  const { name, version, title, target, locks, inputs, steps } = runbook;
  const lines = steps.map((step) => JSON.stringify(shown(step)));
  return [
    `${name} ${version}: ${title}`,
    JSON.stringify({ target, locks }),
    ...inputs.map((one) => JSON.stringify(one)),
    ...lines,
  ].join("\n");
}

function shown(step: Step): unknown {
  return { ...step, action: step.action.id };
}

describe("golden runbooks", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".yml")))
    it(`${file} loads as its third part says`, () => {
      const path = join(FOLDER, file);
      const [text = "", expected] = readFileSync(path, "utf8").split(SEPARATOR);
      const document = `${text}\n`;
      const actual = `${load(document)}\n`;
      if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(path, `${text}${SEPARATOR}${actual}`);
      else expect(actual).toBe(expected);
    });
});
