import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchBetween, watchSignals } from "../../../src/cli/process/signals.ts";
import { EXIT } from "../../../src/errors.ts";
import { type Ended, Place } from "../program.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const lastEvent = ({ stdout }: Ended): Record<string, unknown> =>
  JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;

function expectStopped(ended: Ended): void {
  const event = lastEvent(ended);
  expect(ended.code).toBe(EXIT.interrupted);
  expect(event).toMatchObject({ type: "run-ended", outcome: "stopped", exitCode: EXIT.interrupted });
  expect(event["resumeWith"]).toBe(`dingo-recover resume ${String(event["run"])}`);
  // The box saw that no ephemeral user was left on a cell.
  expect(ended.stderr).not.toContain("NOT WELL");
}

describe("a run at work", () => {
  it("is carried on by nobody else, and stops at the first Ctrl-C if nobody can be asked", async () => {
    const { child, ended, saw } = place.start(["rehearse", "--json"]);
    await saw('"step":"remains"');
    // The box stands still, so that the run cannot end before the second process has looked at it.
    child.kill("SIGSTOP");
    const { runs } = JSON.parse((await place.run(["runs", "--json"])).stdout) as { runs: { run: string }[] };
    const second = await place.run(["resume", runs[0]?.run ?? "", "--json"]);
    expect(second.code).toBe(EXIT.locked);
    expect(JSON.parse(second.stdout)).toMatchObject({ schema: "dingo-recover/error@1", code: "locked" });
    expect(second.stdout).toContain("--take-over");
    child.kill("SIGCONT");
    child.kill("SIGINT");
    expectStopped(await ended);
  }, 300_000);

  it.each(["SIGTERM", "SIGHUP"] as const)(
    "stops at once and safely on %s",
    async (signal) => {
      const { child, ended, saw } = place.start(["rehearse", "--json", "--pace", "max"]);
      await saw('"step":"remains"');
      child.kill(signal);
      expectStopped(await ended);
    },
    300_000,
  );
});

describe("the signal that stops all work", () => {
  it.each([
    ["a command", () => watchSignals(() => undefined, true)],
    ["a batch", () => watchBetween(true)],
  ])("has as many listeners as %s has objects under way, without a warning", async (_title, watch) => {
    const warnings: Error[] = [];
    const heard = (warning: Error): void => void warnings.push(warning);
    process.on("warning", heard);
    const stopper = watch();
    for (let each = 0; each < 300; each += 1) stopper.signal.addEventListener("abort", () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    stopper.release();
    process.off("warning", heard);
    expect(warnings).toEqual([]);
  });
});
