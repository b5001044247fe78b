/** The lines that a person is shown of a run that somebody else began. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { foreignLines } from "../../../../src/cli/commands/run/foreign-run.ts";
import { shippedFile } from "../../../../src/cli/process/runbook-files.ts";
import { openRunbook } from "../../../../src/cli/process/shipped-runbooks.ts";
import type { JsonObject } from "../../../../src/action.ts";
import { readCopied } from "../../../../src/engine/journal/copied-run.ts";
import { sha256 } from "../../../../src/engine/journal/line.ts";
import { StateDirectory } from "../../../../src/engine/journal/state-directory.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { scratchDirectories } from "../../../engine/journal/scratch.ts";

const scratch = scratchDirectories();
const SHIPPED = "test-backup";

interface Begun {
  readonly name?: string;
  readonly text: string;
  readonly inputs?: JsonObject;
}

/** The screen of a run that began with this text, one line each. */
async function shownOf({ name = SHIPPED, text, inputs = {} }: Begun): Promise<readonly string[]> {
  const now = (): Date => new Date("2026-11-21T03:00:00Z");
  const state = new StateDirectory({ path: scratch(), secrets: new Secrets(), now });
  const { run, journal } = state.create();
  const runbookText = await journal.keep(`${name}.yml`, text);
  const who = { operator: "ann", host: "a", toolVersion: "0", rehearsal: false, lease: "s3://theirs/lease" };
  const which = { runbook: name, runbookVersion: "1", runbookSha256: sha256(text), runbookText };
  await journal.append({ type: "run-started", ...which, inputs, ...who });
  await journal.append({ type: "resource-opened", kind: "ssh-user", data: { user: "root" } });
  await journal.append({ type: "approved", steps: ["x"], shownSha256: sha256(""), by: "operator" });
  await journal.close();
  return foreignLines(readCopied(state.directoryOf(run), new Secrets()));
}

const whole = (lines: readonly string[]): string => lines.join("\n");

describe("a run of somebody else", () => {
  it("with the shipped runbook says that it is the shipped one", async () => {
    const lines = await shownOf({ text: openRunbook(SHIPPED).text });
    expect(lines.filter((line) => line.startsWith("runbook:"))).toEqual([expect.stringMatching(/the shipped one$/)]);
    expect(whole(lines)).not.toContain("--accept-runbook");
  });

  it("with another text under a shipped name shows each line that differs, and that the shipped one runs", async () => {
    const text = openRunbook(SHIPPED).text.replace(/^title: .*$/mu, 'title: "\u001b[2Jmine"');
    const lines = await shownOf({ text });
    expect(whole(lines)).toContain("not the shipped one");
    expect(whole(lines)).toContain("--accept-runbook");
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}\+title: "\\u001b\[2Jmine"$/));
    expect(lines.filter((line) => /^ {2}-title: /.test(line))).toHaveLength(1);
  });

  it("with a runbook of its own shows all of its text", async () => {
    const text = readFileSync(shippedFile(SHIPPED), "utf8").replace(/^name: .*$/mu, "name: of-theirs");
    const lines = await shownOf({ name: "of-theirs", text });
    expect(whole(lines)).toContain("a runbook of somebody's own");
    for (const line of text.trimEnd().split("\n")) expect(lines).toContain(`  | ${line}`);
  });

  it("shows inputs, lease, left-overs and words of others each in one line, and steps with their effects", async () => {
    const inputs = { archive: "s3://b/x\ntarget: mine", sanity_query: `${"-".repeat(5000)}; DROP TABLE t` };
    const lines = await shownOf({ text: openRunbook(SHIPPED).text, inputs });
    expect(lines).toContain('  "archive" = "s3://b/x\\ntarget: mine"');
    // A value that is obeyed is shown to its end, however long it is.
    expect(lines).toContain(`  "sanity_query" = ${JSON.stringify(inputs.sanity_query)}`);
    expect(whole(lines)).toContain('lease: "s3://theirs/lease"');
    expect(whole(lines)).toContain('"ssh-user" {"user":"root"}');
    expect(whole(lines)).toContain("1 approval, 0 answers, 0 decisions");
    expect(whole(lines)).toMatch(/^ {2}[\w-]+ \(create\): "/mu);
    expect(lines.every((line) => !line.includes("\n"))).toBe(true);
  });
});
