/** The first screen leads to every runbook that somebody begins. */
import { describe, expect, it } from "vitest";
import { shippedNames } from "../../../src/cli/process/runbook-files.ts";
import { inputsOf, questionOf } from "../../../src/cli/start/welcome.ts";
import { HAPPENINGS } from "../../../src/cli/start/what-happened.ts";
import type { Operator } from "../../../src/ports/operator.ts";
import { openRunbook } from "../../../src/cli/process/shipped-runbooks.ts";
import { detailLines } from "../../../src/cli/screen/event-lines.ts";

/** Begun by `cleanup` alone, for a run that there was. */
const AFTERWARDS = ["clean-up", "clean-up-copy"];

describe("what may have happened", () => {
  it("leads to every shipped runbook that somebody begins, each once", () => {
    const shipped = shippedNames().filter((name) => !AFTERWARDS.includes(name));
    const led = HAPPENINGS.map(({ runbook }) => runbook).filter((name) => shipped.includes(name));
    expect([...led].sort()).toEqual([...shipped].sort());
    const values = HAPPENINGS.map(({ value }) => value);
    expect(new Set([...values, "rehearse", "leave"]).size).toBe(values.length + 2);
  });

  it("asks on which Docker host, if it is about one, and gives that to the runbook", async () => {
    const asked: string[] = [];
    const typed = (value: string): Operator => ({
      ask: (question) => {
        asked.push(question.id);
        return Promise.resolve({ value, by: "operator" });
      },
    });
    const inputs = await Promise.all(
      HAPPENINGS.map(async (each) => [each.runbook, ...(await inputsOf(each, typed(" ops@web ")))]),
    );
    const docker = ["salvage-docker-volumes", "audit-docker-storage", "persist-compose-data"];
    expect(inputs.filter((each) => each.length > 1)).toEqual(docker.map((name) => [name, "host=ops@web"]));
    for (const name of docker) expect(openRunbook(name).inputs.map((input) => input.name)).toContain("host");
    expect(await inputsOf({ onDockerHost: true }, typed(""))).toEqual([]);
    expect(new Set(asked)).toEqual(new Set(["host"]));
  });

  it("comes after the open runs, by numbers, and ends with a way out", () => {
    const run = {
      ...{ run: "20261121-020000-aaaa", runbook: "recover-to-time", target: "o/s/db", state: "stopped", step: "load" },
      carried: false,
    } as const;
    const { choices } = questionOf([run, { ...run, run: "20261121-030000-bbbb", carried: true }], HAPPENINGS);
    expect(choices.slice(0, 2)).toEqual([
      {
        value: "1",
        label: "go on with the open run 20261121-020000-aaaa",
        consequence: "recover-to-time, o/s/db; stopped at load",
      },
      {
        value: "2",
        label: "look at the open run 20261121-030000-bbbb",
        consequence: "recover-to-time, o/s/db; at work at load",
      },
    ]);
    expect(choices.at(-1)?.value).toBe("leave");
  });

  it.each([80, 120])("fits on a screen of 24 lines, %i columns wide", (width) => {
    const shipped = HAPPENINGS.filter(({ runbook }) => shippedNames().includes(runbook));
    const lines = detailLines(questionOf([], shipped), width);
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });
});
