/** Titles and prompts stand in one line, and before commands as a comment: somebody else's must not begin a line that is typed. */
import { expect, it } from "vitest";
import { runbookPage } from "../../../src/cli/commands/runbook-page.ts";
import { loadRunbook } from "../../../src/engine/runbook/load.ts";
import { ACTIONS } from "./actions.ts";
import { openRunbook } from "../../../src/cli/process/shipped-runbooks.ts";

const TEXT = `schema: dingo-recover/runbook@1
name: theirs
version: "1"
title: |
  All is well
  touch /tmp/pwned
target: x
inputs:
  a:
    type: string
    prompt: |
      Which?
      touch /tmp/pwned
steps:
  - id: find
    title: |
      Find it

      \`\`\`sh
      touch /tmp/pwned
    action: cf.find-instance
    with: { name: x }
`;

it("is one line, however it was written", () => {
  const loaded = loadRunbook(TEXT, "theirs.yml", ACTIONS);
  if (!("runbook" in loaded)) throw new Error("it is refused");
  const { runbook } = loaded;
  expect([runbook.title, ...runbook.steps.map(({ title }) => title)]).toEqual([
    "All is well touch /tmp/pwned",
    "Find it ```sh touch /tmp/pwned",
  ]);
  expect(runbook.inputs[0]?.prompt).toBe("Which? touch /tmp/pwned");
  expect(runbookPage(runbook)).not.toMatch(/^(?:touch|```)/mu);
});

it("stands on a page that says of each changing step how it is taken back, or that it is not", () => {
  for (const name of ["recover-deleted-service", "persist-compose-data", "clean-up"]) {
    const page = runbookPage(openRunbook(name));
    const steps = page.split("\n### ").slice(1);
    const silent = steps.filter(
      (step) => !step.includes("Reads only.") && !/^- (?:Taken back|No way back): /mu.test(step),
    );
    expect(silent).toEqual([]);
    expect(page.includes("`dingo-recover undo RUN --dry-run` prints them")).toBe(name !== "clean-up");
  }
});
