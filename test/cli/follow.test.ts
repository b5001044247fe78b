import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../../src/errors.js";
import { follow } from "../../src/cli/follow.js";
import { EventTail } from "../../src/journal/event-tail.js";
import { Place } from "./program.js";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const documents = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("status --follow", () => {
  it("shows what another process does, in text and in JSON, and ends when that ends", async () => {
    const { ended, saw } = place.start(["rehearse", "--json", "--pace", "max"]);
    // As early as can be: most of the run is still to come when the others are there.
    await saw('"type":"run-began"');
    const [run = ""] = readdirSync(join(place.state, "runs"));
    const [text, json] = await Promise.all([
      place.run(["status", run, "--follow"]),
      place.run(["status", run, "--follow", "--json"]),
    ]);
    expect((await ended).code).toBe(0);
    expect(text).toMatchObject({ code: EXIT.done, stderr: "" });
    expect(text.stdout).toContain("succeeded, exit code 0");
    expect(text.stdout).toContain("Log in through the router");
    const [status, ...events] = documents(json.stdout);
    expect(status).toMatchObject({ schema: "dingo-recover/status@1", run });
    expect(events.every(({ schema }) => schema === "dingo-recover/event@1")).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: "run-ended", exitCode: 0 });
    // What is over is told with its times, and is not followed.
    const after = await place.run(["status", run, "--follow"]);
    expect(after).toMatchObject({ code: EXIT.done, stderr: "" });
    expect(after.stdout).toMatch(/begun \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ.*, ended .*, after /u);
    expect(after.stdout).toMatch(/succeeded {2}\d\d:\d\d:\d\dZ {2}proof {2}(?:(?:\d+ min )?\d+ s|\d+ h \d+ min)/u);
    expect(after.stdout).not.toContain("continue with");
  }, 300_000);
});

describe("status --follow of a run that is refused", () => {
  it("ends as the run ends, also where it has ended before", async () => {
    const { ended, saw } = place.start(["rehearse", "wal-gap", "--json"]);
    await saw('"step":"remains"');
    const { runs } = JSON.parse((await place.run(["runs", "--json"])).stdout) as { runs: { run: string }[] };
    const follow = ["status", runs[0]?.run ?? "", "--follow"];
    expect((await place.run(follow)).code).toBe(EXIT.refused);
    expect((await ended).code).toBe(EXIT.refused);
    const after = await place.run(follow);
    expect(after.code).toBe(EXIT.refused);
    expect(after.stderr).toContain("nobody is at work on this run");
  }, 300_000);
});

describe("following a run", () => {
  const event = (type: string, more: object = {}): string =>
    `${JSON.stringify({ schema: "dingo-recover/event@1", type, run: "r", time: "2026-11-21T00:00:00.000Z", ...more })}\n`;

  /** Each look writes the next text first; the process lives as long as there is one. */
  async function followed(...texts: string[]): Promise<readonly [string, readonly string[]]> {
    const file = join(place.directory, "events.jsonl");
    const shown: string[] = [];
    const isCarried = (): boolean => {
      const text = texts.shift();
      appendFileSync(file, text ?? "");
      return text !== undefined;
    };
    const ended = await follow({
      tail: new EventTail(place.directory),
      isCarried,
      clock: { sleep: () => Promise.resolve() },
      signal: new AbortController().signal,
      show: ({ type }) => shown.push(type),
    });
    return [ended, shown];
  }

  it("ends with its last event, whatever comes after it", async () => {
    const end = event("run-ended", { outcome: "succeeded", exitCode: 0, head: "" });
    expect(await followed(event("note"), end + event("note"))).toEqual(["ended", ["note", "run-ended"]]);
  });

  it("ends without one when the process is gone, after the last whole line", async () => {
    expect(await followed(event("note"), event("note").slice(0, 9))).toEqual(["gone", ["note"]]);
  });

  it("puts lines together that come in pieces, and leaves out what it does not know", async () => {
    const note = event("note", { message: "ü" });
    const at = Buffer.byteLength(note) - 6;
    const [first, second] = [note.slice(0, at), note.slice(at)];
    expect(await followed(event("from-the-future"), "no JSON\n", first, second)).toEqual(["gone", ["note"]]);
  });
});
