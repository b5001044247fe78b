/** A run that an earlier release began, with the runbook of then: it goes on once the runbook of now is accepted. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TOOL_DIRECTORY } from "../../tool.ts";
import { cutAtCopy, TwoLaptops } from "./laptops.ts";
import { LONG } from "../rehearsals.ts";

const RUNBOOK = "runbooks/recover-deleted-service.yml";
const PACKAGE = join(TOOL_DIRECTORY, "..");

let two: TwoLaptops;
let earlier: string;
beforeEach(() => {
  earlier = mkdtempSync(join(tmpdir(), "earlier-"));
});
afterEach(async () => {
  await two.close();
  rmSync(earlier, { recursive: true, force: true });
});

/** As the runbook once was: an input and a step fewer, a step later, and names from another place. */
function earlierText(): string {
  const text = readFileSync(join(PACKAGE, RUNBOOK), "utf8");
  const step = (id: string): RegExp => new RegExp(`  - id: ${id}\\n(?:    .*\\n)+\\n`, "u");
  const [key = ""] = step("key").exec(text) ?? [];
  return text
    .replace(/ {2}batch:\n(?: {4}.*\n)+/u, "")
    .replace("      batch: ${{ inputs.batch }}\n", "")
    .replaceAll("${{ steps.discover.service }}", "${{ inputs.service }}")
    .replace(step("make-space"), "")
    .replaceAll("holds_until: make-space", "holds_until: create")
    .replace(step("key"), "")
    .replace("  - id: login\n", () => `${key}  - id: login\n`);
}

/** The program with that runbook beside it; returns its entry. */
function earlierRelease(): string {
  for (const name of ["bundle", "runbooks", "package.json"])
    cpSync(join(PACKAGE, name), join(earlier, name), { recursive: true, dereference: true });
  mkdirSync(join(earlier, "fixtures"), { recursive: true });
  writeFileSync(join(earlier, RUNBOOK), earlierText());
  return join(earlier, "bundle/bin.cjs");
}

it(
  "goes on to its end when it is accepted, and is refused before with the way on",
  async () => {
    two = await TwoLaptops.open({});
    const { a, inputs } = two;
    const cut = cutAtCopy(a, 20);
    const first = a.run(["run", ...inputs], earlierRelease());
    await Promise.race([cut, first.then(({ output }) => Promise.reject(new Error(output)))]);
    a.child?.kill("SIGKILL");
    await first;
    a.way.onRequest = () => undefined;
    a.way.mend();
    const [run = ""] = a.runs;

    const refused = await a.run(["resume", run]);
    expect(refused.code, refused.output).toBe(10);
    expect(refused.output).toContain("(runbook-changed");
    expect(refused.output).toMatch(new RegExp(`dingo-recover resume ${run} --state-dir \\S+ --accept-runbook`, "u"));

    const resumed = await a.run(["resume", run, "--accept-runbook"]);
    expect(resumed.code, resumed.output).toBe(0);
    expect(a.journal(run).entries.at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded" });
    expect(two.complaints).toEqual([]);
  },
  LONG,
);
