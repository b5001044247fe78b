/** A file that somebody else wrote: shown before anything of it is taken in, and taken in by its hash alone (law 15). */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../src/errors.js";
import type { Handover } from "../../src/journal/handover.js";
import { readJournal } from "../../src/journal/reading.js";
import { ARCHIVE, CONFIGURED, Place } from "./program.js";

const place = new Place();
afterAll(() => place.remove());

const PATH = dirname(process.execPath);
const file = join(place.directory, "run.json");
const there = join(place.directory, "there");
const colleague = { ...CONFIGURED, PATH, DINGO_RECOVER_STATE: there };
let run: string;
let text: string;
let digest: string;

const sha256 = (content: string): string => createHash("sha256").update(content).digest("hex");
const oneLine = (shown: string): string => shown.replace(/\s+/g, " ");
const runsThere = (): readonly string[] => (existsSync(join(there, "runs")) ? readdirSync(join(there, "runs")) : []);

beforeAll(async () => {
  const inputs = ["--input", "service=db", "--input", "org=o", "--input", "space=s", ...ARCHIVE];
  await place.run(["run", "--json", ...inputs], { ...CONFIGURED, PATH });
  [run = ""] = readdirSync(join(place.state, "runs"));
  const exported = await place.run(["handover", "export", run, "-o", file, "--json"], { ...CONFIGURED, PATH });
  text = readFileSync(file, "utf8");
  digest = sha256(text);
  expect(JSON.parse(exported.stdout)).toMatchObject({ run, sha256: digest });
});

describe("handover import, with nobody to ask", () => {
  it("shows who made it, runbook, inputs, target, lease and what comes next, takes nothing in and names the hash", async () => {
    const words = ["handover", "import", file, "--non-interactive", "--yes", "--confirm", "o/s/db"];
    const { code, stderr } = await place.run(words, colleague);
    expect(code).toBe(EXIT.invalid);
    const shown = oneLine(stderr);
    const { operator, host } = JSON.parse(text) as Handover;
    for (const said of [
      `run ${run} was handed over by "${operator}" on "${host}"`,
      'runbook: "recover-deleted-service"',
      "the shipped one",
      '"service" = "db"',
      "lease: none",
      "create (create):",
      "copy (create):",
      "aside (destroy):",
      "none counts here",
      `--accept ${digest}`,
    ])
      expect(shown).toContain(said);
    expect(runsThere()).toEqual([]);
  });

  it("takes nothing in by another hash, and says so in one document with --json", async () => {
    const words = ["handover", "import", file, "--json", "--accept", "0".repeat(64)];
    const { code, stdout } = await place.run(words, colleague);
    expect(code).toBe(EXIT.invalid);
    const said = { code: "import-not-accepted", message: expect.stringContaining(digest) as string };
    expect(JSON.parse(stdout)).toMatchObject(said);
    expect(runsThere()).toEqual([]);
  });

  it("lets no word of the file reach the terminal as anything but text", async () => {
    const forged = join(place.directory, "forged.json");
    const document = {
      ...(JSON.parse(text) as Handover),
      operator: "ann\u001b[2J\u009b31m\nthe file is signed",
      host: "\u202eh",
    };
    writeFileSync(forged, JSON.stringify({ ...document, open: ["\u001b]0;x\u0007"] }));
    const { code, stderr } = await place.run(["handover", "import", forged, "--non-interactive"], colleague);
    expect(code).toBe(EXIT.invalid);
    expect(stderr).toContain("ann\\u001b[2J\\u009b31m\\nthe file is signed");

    expect(stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u);
  });

  it("goes on by its very hash, marks what came from elsewhere, and asks no second time", async () => {
    const words = ["handover", "import", file, "--non-interactive"];
    const { code, stderr } = await place.run([...words, "--accept", digest], colleague);
    expect(code, stderr).toBe(EXIT.unreachable);
    expect(runsThere()).toEqual([run]);
    const journal = join(there, "runs", run, "journal.jsonl");
    const resumed = readJournal(readFileSync(journal), journal).entries.filter(({ type }) => type === "run-resumed");
    expect(resumed.map((entry) => "imported" in entry)).toEqual([false, true]);
    const again = await place.run(words, colleague);
    expect(again.code).toBe(EXIT.unreachable);
    expect(again.stderr).toContain("is here already");
  });
});
