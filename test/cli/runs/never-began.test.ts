/** A rehearsal whose program was killed before its first entry: nothing tells it from a run with the real foundation. */
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../../src/errors.ts";
import { REHEARSAL_VARIABLE } from "../../../src/rehearsal/variable.ts";
import { killedProgram } from "../../players/kill.ts";
import { ARCHIVE, CONFIGURED, Place } from "../program.ts";

const place = new Place();
afterAll(() => place.remove());

const INPUTS = ["--input", "service=db", "--input", "org=o", "--input", "space=s", ...ARCHIVE];

let run: string;
beforeAll(() => {
  const setting = { clock: { realMs: 1, epochMs: 1, rate: 1 } };
  const env = { ...place.env, ...CONFIGURED, [REHEARSAL_VARIABLE]: JSON.stringify(setting) };
  const [program, ...words] = killedProgram({ append: 1, when: "before" }, join(place.directory, "killed"));
  const { signal } = spawnSync(program, [...words, "run", "--json", ...INPUTS], { cwd: place.directory, env });
  expect(signal).toBe("SIGKILL");
  const runs = readdirSync(join(place.state, "runs"));
  expect(runs).toHaveLength(1);
  run = runs[0] ?? "";
});

describe("a run whose journal was lost", () => {
  it.each([
    ["nothing", ""],
    ["zeros", "\0".repeat(8192)],
  ])("is not told as one that never began: %s is left", async (_, left) => {
    const other = new Place();
    try {
      await other.run(["run", ...INPUTS, "--non-interactive"], CONFIGURED);
      const [name = ""] = readdirSync(join(other.state, "runs"));
      writeFileSync(join(other.state, "runs", name, "journal.jsonl"), left);
      const update = ["report", "--format", "update"];
      for (const command of [["status"], ["resume"], ["undo"], ["report"], update, ["journal", "verify"]]) {
        const { code, stdout } = await other.run([...command, name, "--json"], CONFIGURED);
        expect(code, command.join(" ")).not.toBe(0);
        expect(JSON.parse(stdout), command.join(" ")).toMatchObject({ code: "journal-broken" });
      }
      expect(JSON.parse((await other.run(["runs", "--json"])).stdout)).toMatchObject({
        runs: [{ state: "unreadable (journal-broken)" }],
      });
    } finally {
      other.remove();
    }
  });
});

describe("a run that was killed before its first entry", () => {
  it("is listed and told as one that never began, without a command that goes on with it", async () => {
    const [listed, status] = await Promise.all([place.run(["runs", "--json"]), place.run(["status", run])]);
    expect(JSON.parse(listed.stdout)).toMatchObject({ runs: [{ run, state: "never-began" }] });
    expect(status.stdout).toContain("killed before its first entry");
    expect(status.stdout).not.toContain("dingo-recover resume");
  });

  it("is not the open one that resume and undo mean", async () => {
    for (const command of ["resume", "undo"]) {
      const { code, stdout } = await place.run([command, "--json"], CONFIGURED);
      expect(code).toBe(EXIT.usage);
      expect(JSON.parse(stdout)).toMatchObject({ code: "run-not-found", message: "no run is open" });
    }
  });

  it("is refused if it is named: it may have been a rehearsal", async () => {
    for (const more of [[], ["--take-over"]]) {
      const { code, stdout } = await place.run(["resume", run, "--json", ...more], CONFIGURED);
      expect(code).toBe(EXIT.usage);
      expect(JSON.parse(stdout)).toMatchObject({ code: "run-not-found", place: run });
      expect(stdout).toContain("before its first entry");
    }
  });
});
