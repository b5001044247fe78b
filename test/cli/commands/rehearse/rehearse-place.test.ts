import { chmodSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { rehearse, requireBox } from "../../../../src/cli/commands/rehearse/rehearse.ts";
import { scratchDirectories } from "../../../engine/journal/scratch.ts";

const NOT_GIVEN = { config: undefined, confirm: undefined, "accept-loss": undefined };
const scratch = scratchDirectories();

it("a rehearsal begins nothing in a state directory that the tool will refuse", async () => {
  const directory = scratch();
  chmodSync(directory, 0o777);
  const given = { json: true, color: false, verbose: false, yes: true, "non-interactive": true, patience: "1s" };
  const play = { scenario: "wal-gap", list: false, undo: false, pace: "max" } as const;
  await expect(rehearse({ ...given, ...play, "state-dir": directory, ...NOT_GIVEN })).rejects.toMatchObject({
    code: "state-dir-unusable",
    message: expect.stringContaining("others may write in it") as string,
  });
  expect(readdirSync(directory)).toEqual([]);
});

it("of a rehearsal whose box is gone an undo is not even shown: there is nothing that it could take back", () => {
  const given = { json: true, color: false, verbose: false, yes: true, "non-interactive": true, patience: "1s" };
  const call = (): void => requireBox({ ...given, ...NOT_GIVEN, "state-dir": scratch() }, "20261121-120000-abcd");
  expect(call).toThrow("its foundation in a box is gone");
});

it("a runbook's name that is no scenario's is answered with a scenario of that runbook", async () => {
  const given = { json: true, color: false, verbose: false, yes: true, "non-interactive": true, patience: "1s" };
  const play = { scenario: "recover-deleted-service", list: false, undo: false, pace: "max" } as const;
  await expect(rehearse({ ...given, ...play, ...NOT_GIVEN, "state-dir": scratch() })).rejects.toMatchObject({
    code: "usage",
    remedy: expect.stringMatching(/^Did you mean "happy[^"]*"/u) as string,
  });
});
