/** How a rehearsal ends where its screen goes away, or its supervisor is killed. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { Place } from "./program.ts";

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
});

describe("a rehearsal whose supervisor is killed", () => {
  it("stops by itself, and is the run that status and resume mean where no other is open", async () => {
    const { child, ended, saw } = place.start(["rehearse", "--json"]);
    await saw('"step":"remains"');
    child.kill("SIGKILL");
    // The rehearsed program holds the same pipes: they close when it has ended too.
    await ended;
    const { run, state } = await onlyRun();
    expect(state).toBe("stopped");
    const [status, undo, resumed] = await Promise.all([
      place.run(["status"]),
      place.run(["undo"]),
      place.start(["resume", "--json"]).ended,
    ]);
    expect(status.code).toBe(EXIT.done);
    expect(status.stderr).toBe(`no run is open; the last rehearsal is ${run}\n`);
    expect(status.stdout).toContain(`${run}  stopped  (rehearsal)`);
    // What takes something back is never guessed.
    expect(undo.code).toBe(EXIT.usage);
    expect(undo.stderr).toContain(run);
    expect(resumed.code).toBe(EXIT.done);
  }, 300_000);
});
