import { cpSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../../src/errors.ts";
import { ARCHIVE, CONFIGURED, type Ended, Place } from "../program.ts";

const place = new Place();
afterAll(() => place.remove());

/** There is no cf on this PATH: the run begins, and its first step fails. */
const WITHOUT_CF = { ...CONFIGURED, PATH: dirname(process.execPath) };
const BEGIN = ["run", "--json", "--input", "service=db", "--input", "org=o", "--input", "space=s", ...ARCHIVE];

interface Kept {
  readonly run: string;
  readonly head: string;
}

let first: Ended;
let kept: Kept;
let other: Kept;

const lastEvent = ({ stdout }: Ended): Record<string, unknown> =>
  JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;
const keptBy = (ended: Ended): Kept => ({
  run: String(lastEvent(ended)["run"]),
  head: String(lastEvent(ended)["head"]),
});

/** A copy of the first run's journal, changed, in a new state directory. */
function damaged(name: string, change: (text: string) => string): readonly string[] {
  const state = join(place.directory, name);
  const file = join(state, "runs", kept.run, "journal.jsonl");
  cpSync(join(place.state, "runs", kept.run), dirname(file), { recursive: true });
  writeFileSync(file, change(readFileSync(file, "utf8")));
  return ["journal", "verify", kept.run, "--state-dir", state];
}

beforeAll(async () => {
  first = await place.run(BEGIN, WITHOUT_CF);
  kept = keptBy(first);
  other = keptBy(await place.run(BEGIN, WITHOUT_CF));
});

describe("a run that could not go on", () => {
  it("ends with one last event, its exit code and the command that continues it", () => {
    expect(first.code).toBe(EXIT.unreachable);
    expect(lastEvent(first)).toMatchObject({
      schema: "dingo-recover/event@1",
      type: "run-ended",
      world: "Nothing was changed so far.",
      exitCode: EXIT.unreachable,
      error: { code: "program-missing" },
      resumeWith: `dingo-recover resume ${kept.run}`,
    });
    expect(first.stderr).toBe("");
  });

  it("is shown by status and runs, in text and in JSON", async () => {
    const [status, runs] = await Promise.all([place.run(["status", kept.run]), place.run(["runs", "--json"])]);
    expect(status).toMatchObject({ code: 0, stderr: "" });
    expect(status.stdout).toContain(`What to do next\n  dingo-recover resume ${kept.run}`);
    expect(status.stdout).toContain(kept.head);
    const elsewhere = await place.run(["status", kept.run, "--state-dir", place.state]);
    expect(elsewhere.stdout).toContain(`dingo-recover resume ${kept.run} --state-dir ${place.state}`);
    const document = JSON.parse(runs.stdout) as { runs: { run: string }[] };
    expect(document).toMatchObject({ schema: "dingo-recover/runs@1" });
    expect(document.runs.map(({ run }) => run).sort()).toEqual([kept.run, other.run].sort());
  });

  it("stands at the end of runs if it was the last at work, whatever the date in its name", async () => {
    const at = (run: string, second: number): void =>
      utimesSync(join(place.state, "runs", run, "journal.jsonl"), second, second);
    for (const [earlier, later] of [[kept.run, other.run] as const, [other.run, kept.run] as const]) {
      at(earlier, 1_000);
      at(later, 2_000);
      const { stdout } = await place.run(["runs", "--json"]);
      const { runs } = JSON.parse(stdout) as { runs: { run: string }[] };
      expect(runs.map(({ run }) => run)).toEqual([earlier, later]);
      const lines = (await place.run(["runs"])).stdout.trimEnd().split("\n");
      expect(lines.map((line) => /1970-01-01 \d\d:\d\dZ/u.exec(line)?.[0])).toEqual([
        "1970-01-01 00:16Z",
        "1970-01-01 00:33Z",
      ]);
    }
  });

  it("has a report that says it is not finished", async () => {
    const { code, stdout } = await place.run(["report", kept.run]);
    expect(code).toBe(0);
    expect(stdout).toContain("This run is not finished.");
    expect(stdout).toContain(`dingo-recover resume ${kept.run}`);
    expect(stdout).toContain(kept.head);
  });

  it("is written to a file that can be written, and to no other", async () => {
    const written = await place.run(["report", kept.run, "-o", "report.md"]);
    expect(written).toMatchObject({ code: 0, stdout: "" });
    expect(readFileSync(join(place.directory, "report.md"), "utf8")).toContain(kept.run);
    expect(written.stderr).toBe("written to report.md, as markdown\n");
    const again = await place.run(["report", kept.run, "-o", "report.md"]);
    expect(again.stderr).toBe("written to report.md, as markdown, in place of the file that was there\n");
    for (const file of ["/dev/full", "no/where.md"])
      expect(await place.run(["report", kept.run, "-o", file])).toMatchObject({
        code: EXIT.usage,
        stderr: expect.stringContaining("cannot be written") as string,
      });
  });

  it("is named by any unambiguous prefix, and by no other", async () => {
    expect(await place.run(["status", kept.run.slice(0, -1)])).toMatchObject({ code: 0 });
    const [prefix, none] = await Promise.all([place.run(["status", "20", "--json"]), place.run(["resume", "--json"])]);
    for (const { code, stdout } of [prefix, none]) {
      expect(code).toBe(EXIT.usage);
      expect(JSON.parse(stdout)).toMatchObject({ schema: "dingo-recover/error@1", code: "run-ambiguous" });
      expect(stdout).toContain(kept.run);
      expect(stdout).toContain(other.run);
    }
  });
});

describe("journal verify", () => {
  it("holds for an untouched journal, with and without its head", async () => {
    for (const words of [[], ["--head", kept.head]])
      expect(await place.run(["journal", "verify", kept.run, ...words])).toMatchObject({ code: 0, stderr: "" });
  });

  it("says that the end is proved by a head alone", async () => {
    const [without, against, json] = await Promise.all([
      place.run(["journal", "verify", kept.run]),
      place.run(["journal", "verify", kept.run, "--head", kept.head]),
      place.run(["journal", "verify", kept.run, "--json"]),
    ]);
    expect(without.stdout).toContain("--head HASH");
    expect(against.stdout).not.toContain("--head");
    expect(JSON.parse(json.stdout)).toMatchObject({ endProved: false });
  });

  it("notices another head, a changed line and a line that was taken out", async () => {
    const withoutSecond = (text: string): string =>
      text
        .split("\n")
        .filter((_, at) => at !== 1)
        .join("\n");
    const cases = [
      ["journal", "verify", kept.run, "--head", "f".repeat(64)],
      damaged("changed", (text) => text.replace('"type":"run-started"', '"type":"run-starteD"')),
      damaged("shorter", withoutSecond),
    ];
    for (const words of cases) {
      const { code, stderr } = await place.run(words);
      expect(code).toBe(EXIT.refused);
      expect(stderr).toMatch(/journal-broken,\s+at\s+\S+journal\.jsonl:\d+/u);
    }
  });

  it("notices a tail that was cut off only against the printed head", async () => {
    const cut = damaged("cut", (text) => `${text.trimEnd().split("\n").slice(0, -1).join("\n")}\n`);
    expect(await place.run(cut)).toMatchObject({ code: 0 });
    expect(await place.run([...cut, "--head", kept.head])).toMatchObject({ code: EXIT.refused });
  });

  it("takes a torn last line for what a kill leaves, and a broken journal for nothing to go on with", async () => {
    const torn = damaged("torn", (text) => text.slice(0, -20));
    expect((await place.run(torn)).stdout).toContain("a torn last line");
    const broken = damaged("broken", (text) => text.replace('"seq":2', '"seq":9'));
    const state = broken.at(-1) ?? "";
    expect(await place.run(["resume", kept.run, "--state-dir", state])).toMatchObject({ code: EXIT.refused });
    expect((await place.run(["runs", "--state-dir", state])).stdout).toContain("unreadable");
  });
});
