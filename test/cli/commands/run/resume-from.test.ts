/** A directory that somebody else's run wrote: shown before anything of it is taken in, and taken in by its head alone (law 15). */
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../../../src/errors.ts";
import { readJournal } from "../../../../src/engine/journal/reading.ts";
import { ARCHIVE, CONFIGURED, Place } from "../../program.ts";

const place = new Place();
afterAll(() => place.remove());

const PATH = dirname(process.execPath);
const copy = join(place.directory, "copy");
const there = join(place.directory, "there");
const colleague = { ...CONFIGURED, PATH, DINGO_RECOVER_STATE: there };
let run: string;
let head: string;

const oneLine = (shown: string): string => shown.replace(/\s+/g, " ");
const runsThere = (): readonly string[] => (existsSync(join(there, "runs")) ? readdirSync(join(there, "runs")) : []);

beforeAll(async () => {
  const inputs = ["--input", "service=db", "--input", "org=o", "--input", "space=s", ...ARCHIVE];
  await place.run(["run", "--json", ...inputs], { ...CONFIGURED, PATH });
  [run = ""] = readdirSync(join(place.state, "runs"));
  cpSync(join(place.state, "runs", run), copy, { recursive: true });
  const verified = await place.run(["journal", "verify", run, "--json"]);
  head = (JSON.parse(verified.stdout) as { readonly head: string }).head;
});

describe("resume --from a directory, with nobody to ask", () => {
  it("shows who began it, runbook, inputs, target, lease and what comes next, takes nothing in and names the head", async () => {
    const words = ["resume", "--from", copy, "--non-interactive", "--yes", "--confirm", "o/s/db"];
    const { code, stderr } = await place.run(words, colleague);
    expect(code).toBe(EXIT.stopped);
    const shown = oneLine(stderr);
    for (const said of [
      `run ${run} lies in`,
      "begun by ",
      'runbook: "recover-deleted-service"',
      "the shipped one",
      '"service" = "db"',
      "lease: none",
      "create (create):",
      "copy (create):",
      "aside (destroy):",
      "none counts here",
      `--accept ${head}`,
    ])
      expect(shown).toContain(said);
    expect(runsThere()).toEqual([]);
  });

  it("takes nothing in by another hash, and says so in one document with --json", async () => {
    const words = ["resume", "--from", copy, "--json", "--accept", "0".repeat(64)];
    const { code, stdout } = await place.run(words, colleague);
    expect(code).toBe(EXIT.stopped);
    const said = { code: "import-not-accepted", message: expect.stringContaining(head) as string };
    expect(JSON.parse(stdout)).toMatchObject(said);
    expect(runsThere()).toEqual([]);
  });

  it.each([
    ["what is no directory of a run", () => ["--from", place.directory], EXIT.usage],
    ["another run than lies there", () => ["20200101", "--from", copy], EXIT.usage],
  ])("refuses %s", async (_, words, exit) => {
    const { code } = await place.run(["resume", ...words(), "--non-interactive"], colleague);
    expect(code).toBe(exit);
    expect(runsThere()).toEqual([]);
  });

  it("goes on by its very head, marks what came from elsewhere, and asks no second time", async () => {
    const words = ["resume", "--from", copy, "--non-interactive"];
    const { code, stderr } = await place.run([...words, "--accept", head], colleague);
    expect(code, stderr).toBe(EXIT.unreachable);
    expect(runsThere()).toEqual([run]);
    const journal = join(there, "runs", run, "journal.jsonl");
    const resumed = readJournal(readFileSync(journal), journal).entries.filter(({ type }) => type === "run-resumed");
    expect(resumed.map((entry) => "imported" in entry)).toEqual([false, true]);
    expect(await place.run(words, colleague)).toMatchObject({ code: EXIT.unreachable });
    const own = await place.run(["resume", run, "--from", join(there, "runs", run)], colleague);
    expect(own).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining("this state directory") as string });
  });
});
