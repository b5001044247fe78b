import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openRunbook } from "../../src/cli/process/shipped-runbooks.ts";
import { startingInputs } from "../../src/engine/steps/inputs.ts";
import { readPlain } from "../../src/kit/yaml/plain.ts";

const PARTS = readFileSync("docs/what-to-ask.md", "utf8").split("\n## ").slice(1);

describe.each(PARTS)("%s", (part) => {
  const [, block = "", runbook = ""] = /^```yaml\n(# ([a-z-]+)[^]*?)^```/mu.exec(part) ?? [];

  it("says first what not to do", () => {
    expect(part.split("\n")[2]).toMatch(/^Do not recreate /);
  });

  it("has a file of inputs of its runbook, once it is answered", () => {
    const answered = block
      .replace(/^(service|org|space):$/gmu, "$1: acme")
      .replace(/^(around|time):$/gmu, "$1: 40m ago");
    const read = readPlain(answered, "answers");
    if ("diagnostics" in read) throw new Error(JSON.stringify(read.diagnostics));
    const inputs = startingInputs(openRunbook(runbook), read.value as object as Record<string, string>, new Date());
    expect(inputs).toMatchObject({ org: "acme", space: "acme" });
  });
});
