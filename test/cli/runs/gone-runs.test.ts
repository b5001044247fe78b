/** Runs of former versions that name features since removed: read as before, and resumed by nobody. */
import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Place } from "../program.ts";

const FIXTURES = "fixtures/journals/gone";
const place = new Place();
afterAll(() => place.remove());

const runOf = (name: string): string =>
  (JSON.parse(readFileSync(join(FIXTURES, name, "journal.jsonl"), "utf8").split("\n")[0] ?? "") as { run: string }).run;
const NAMES = readdirSync(FIXTURES);

beforeAll(() => {
  for (const directory of [place.state, join(place.state, "runs")]) mkdirSync(directory, { mode: 0o700 });
  for (const name of NAMES) cpSync(join(FIXTURES, name), join(place.state, "runs", runOf(name)), { recursive: true });
});

const said = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string =>
  `${stdout}${stderr}`.replaceAll(/\s+/gu, " ");

describe.each(NAMES)("a run of a former version, %s", (name) => {
  it.each([["status"], ["report"], ["journal", "verify"], ["report", "--format", "json"]])(
    "is read by %s",
    async (...words) => {
      const [command = "", ...more] = words;
      const call = command === "journal" ? [command, ...more, runOf(name)] : [command, runOf(name), ...more];
      const ended = await place.run(call);
      expect(ended.code, said(ended)).toBe(0);
      expect(ended.stdout).toContain(command === "journal" ? "the chain holds" : runOf(name));
    },
  );

  it("is listed by runs", async () => {
    const { runs } = JSON.parse((await place.run(["runs", "--json"])).stdout) as { runs: readonly { run: string }[] };
    expect(runs.map(({ run }) => run)).toContain(runOf(name));
  });
});

describe("a run that wants two persons' signatures", () => {
  const run = runOf("two-persons");

  it.each(["resume", "undo"])("is refused by name by %s, with the way on", async (command) => {
    const ended = await place.run([command, run, "--non-interactive"]);
    expect(ended.code, said(ended)).toBe(16);
    expect(said(ended)).toContain(`run ${run} wants two persons' signatures, and these are gone`);
    expect(said(ended)).toContain("Go on with the version that began it");
  });

  it("is reported with both persons, and its signatures are said to be looked at by nobody", async () => {
    expect(said(await place.run(["report", run]))).toContain("signed as ann@example.org; and by bob@example.org");
    expect(said(await place.run(["journal", "verify", run]))).toContain("they are not looked at");
  });
});

it("a run that was handed over in a file is refused by name, with the way on", async () => {
  const run = runOf("handed-over");
  const ended = await place.run(["resume", run, "--non-interactive"]);
  expect(ended.code, said(ended)).toBe(2);
  expect(said(ended)).toContain(`run ${run} was moved`);
  expect(said(ended)).toContain("resume --state-dir DIR --from");
});
