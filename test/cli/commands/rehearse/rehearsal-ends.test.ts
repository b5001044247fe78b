/** The end of a rehearsal when its screen goes away, or its supervisor is killed. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../../../../src/errors.ts";
import { Place } from "../../program.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

interface Listed {
  readonly run: string;
  readonly state: string;
}

async function onlyRun(): Promise<Listed> {
  const { stdout } = await place.run(["runs", "--json"]);
  const { runs } = JSON.parse(stdout) as { runs: readonly Listed[] };
  const [run] = runs;
  if (run === undefined || runs.length !== 1) throw new Error(`not one run: ${stdout}`);
  return run;
}

describe("a rehearsal whose screen is gone", () => {
  it("is stopped safely, as by a closed terminal", async () => {
    const { child, ended, saw } = place.start(["rehearse"]);
    await saw("Find the deleted instance");
    child.stdout?.destroy();
    expect((await ended).code).toBe(EXIT.interrupted);
    expect((await onlyRun()).state).toBe("stopped");
  }, 300_000);

  it("ends in the same way before the rehearsed program listens", async () => {
    const { child, ended, saw } = place.start(["rehearse"]);
    await saw("Its clock runs");
    child.stdout?.destroy();
    expect((await ended).code).toBe(EXIT.interrupted);
  }, 300_000);
});

describe("a rehearsal whose Docker engine is elsewhere", () => {
  it("knows every call of the salvage, the look for room too", async () => {
    const { ended } = place.start(["rehearse", "salvage-docker-volumes", "--non-interactive"]);
    const { code, stdout } = await ended;
    expect(stdout).not.toContain("NOT WELL");
    expect(code, stdout).toBe(0);
  }, 300_000);
});

describe("a rehearsal that is stopped after it has created the instance", () => {
  it("offers the undo beside the resume, and is no complaint", async () => {
    const { child, ended, saw } = place.start(["rehearse", "--pace", "max"]);
    await saw("Create a service key to log in with");
    child.kill("SIGINT");
    const { code, stdout } = await ended;
    const { run } = await onlyRun();
    expect(code, stdout).toBe(EXIT.interrupted);
    expect(stdout).toMatch(
      new RegExp(`dingo-recover resume ${run} +# goes on\n +dingo-recover undo ${run} +# takes it back`, "u"),
    );
    expect(stdout).not.toContain("NOT WELL");
  }, 300_000);
});

describe("a rehearsal whose supervisor is killed", () => {
  it("stops by itself, and is the run that status, resume and undo mean if no other is open", async () => {
    const { child, ended, saw } = place.start(["rehearse", "--json"]);
    await saw('"step":"remains"');
    child.kill("SIGKILL");
    // The rehearsed program holds the same pipes: they close when it has ended too.
    await ended;
    const { run, state } = await onlyRun();
    expect(state).toBe("stopped");
    const status = await place.run(["status"]);
    const foreseen = await place.run(["undo", "--dry-run"]);
    const resumed = await place.start(["resume", "--json"]).ended;
    expect(status.code).toBe(EXIT.done);
    expect(status.stderr).toBe(`No run is open. The last rehearsal that can be resumed is ${run}.\n`);
    expect(status.stdout).toContain(`${run}  stopped  (rehearsal)`);
    expect([foreseen.code, foreseen.stderr]).toEqual([EXIT.done, status.stderr]);
    expect(resumed.code).toBe(EXIT.done);
    // It has ended, and its box is gone: it can be looked at, and nothing of it can be taken back.
    expect((await place.run(["status"])).stderr).toBe(`No run is open. The last rehearsal is ${run}.\n`);
    const undo = await place.run(["undo"]);
    expect(undo.code).toBe(EXIT.usage);
    expect(undo.stderr.replaceAll(/\s+/gu, " ")).toContain(
      `The last rehearsal, ${run}, has ended: it cannot be taken back any more. To see an undo: dingo-recover rehearse SCENARIO --undo.`,
    );
  }, 300_000);
});

describe("a rehearsal that was given a state directory", () => {
  it("repeats it in each command of ours that it prints", async () => {
    const state = join(place.directory, "elsewhere");
    const { stdout, code } = await place.start(["rehearse", "--pace", "max", "--state-dir", "elsewhere"]).ended;
    const commands = stdout.split("\n").filter((line) => /^ *dingo-recover (?:report|serve|rehearse) /u.test(line));
    expect(code).toBe(EXIT.done);
    expect(commands).toHaveLength(3);
    for (const command of commands) expect(command).toContain(` --state-dir ${state}`);
  }, 300_000);

  it("repeats it if it was stopped", async () => {
    const state = join(place.directory, "elsewhere");
    const { child, ended, saw } = place.start(["rehearse", "--state-dir", "elsewhere"]);
    await saw("Find the deleted instance");
    child.kill("SIGINT");
    const { stdout } = await ended;
    const commands = stdout.replaceAll(/\s+/gu, " ").match(/dingo-recover resume \S+ \S+ \S+/gu) ?? [];
    expect(commands).toHaveLength(2);
    for (const command of commands) expect(command).toContain(` --state-dir ${state}`);
  }, 300_000);
});
