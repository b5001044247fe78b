/** A batch in `runs`, `status` and its report: it stands where its databases stand. */
import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/action.ts";
import { batchStateOf, reportedBatch } from "../../../src/cli/runs/batch-state.ts";
import { chooseRun, chooseRunOrRehearsal } from "../../../src/cli/runs/choose-run.ts";
import type { EntryBody } from "../../../src/engine/journal/entry.ts";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { batchIn } from "../../../src/cli/runs/run-report.ts";
import { closingOf } from "../../../src/report/closing.ts";
import { incidentReport, incidentUpdate } from "../../../src/report/incident.ts";
import { markdownOf } from "../../../src/report/markdown.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { step } from "../../report/journals.ts";
import { testDirectory } from "../../directory.ts";

const reportMarkdown = (...given: Parameters<typeof incidentReport>): string => markdownOf(incidentReport(...given));

const SHA = "0".repeat(64);
const guid = (number: number): string => `00000000-0000-4000-8000-00000000000${number}`;
const members = [1, 2].map((number) => ({
  ...{ name: `db-${number}`, guid: guid(number), deleted_at: "2026-11-21T14:20:00Z", lost: 0, apps: [] },
}));
const SUCCEEDED: EntryBody = { type: "run-ended", outcome: "succeeded" };
const STOPPED: EntryBody = {
  ...{ type: "run-stopped", exitCode: 17, why: "no base backup" },
  error: { code: "not-restorable", message: "no base backup", remedy: "Look at it." },
};
const AGREED: readonly EntryBody[] = [
  { type: "target-fixed", target: "shop/prod", locks: [] },
  {
    ...{ type: "step-started", step: "agree", attempt: 1, action: "recovery.agree-batch", effect: "disrupt" },
    ...{ input: {}, commandsSha256: "" },
  },
  {
    ...{ type: "step-succeeded", step: "agree", attempt: 1, how: "ran", evidence: "yes" },
    output: { org: "shop", space: "prod", members },
  },
  SUCCEEDED,
];

describe("a batch", () => {
  let path: string;
  let directory: StateDirectory;
  beforeEach(() => {
    path = testDirectory();
    let seconds = 0;
    const now = (): Date => new Date(Date.UTC(2026, 10, 21, 15, 0, (seconds += 1)));
    directory = new StateDirectory({ path, secrets: new Secrets(), now });
  });

  async function play(
    runbook: string,
    { inputs, bodies, rehearsal }: { inputs: JsonObject; bodies: readonly EntryBody[]; rehearsal: boolean },
  ): Promise<string> {
    const { run, journal } = directory.create();
    const began: EntryBody = {
      ...{ type: "run-started", runbook, runbookVersion: "1", runbookSha256: SHA, rehearsal, inputs },
      ...{ runbookText: { name: "runbook", sha256: SHA, bytes: 1 }, operator: "ann", host: "here", toolVersion: "1" },
    };
    for (const body of [began, ...bodies]) await journal.append(body);
    await journal.close();
    return run;
  }
  const agree = (rehearsal = false): Promise<string> =>
    play("recover-deleted-space", { inputs: {}, bodies: AGREED, rehearsal });
  const carry = (
    batch: string,
    { of, end, rehearsal = false }: { of: number; end: EntryBody; rehearsal?: boolean },
  ): Promise<string> =>
    play("recover-deleted-service", { inputs: { instance_guid: guid(of), batch }, bodies: [end], rehearsal });
  const stateOf = (run: string) => batchStateOf(directory, directory.read(run).entries);

  it("has come to its good end once its databases have, and not with its own run", async () => {
    const batch = await agree();
    expect(stateOf(batch)?.state).toBe("stopped");
    await carry(batch, { of: 1, end: SUCCEEDED });
    const failed = await carry(batch, { of: 2, end: STOPPED });
    expect(stateOf(batch)?.state).toBe("failed");
    expect(stateOf(batch)?.updatedAt).toBe(directory.read(failed).entries.at(-1)?.time);
    await carry(batch, { of: 2, end: SUCCEEDED });
    expect(stateOf(batch)?.state).toBe("succeeded");
    expect(stateOf(failed)).toBeUndefined();
  });

  it("names each database with its run in its report, and how it goes on", async () => {
    const batch = await agree();
    const back = await carry(batch, { of: 1, end: SUCCEEDED });
    const failed = await carry(batch, { of: 2, end: STOPPED });
    const { entries, head } = directory.read(batch);
    const state = stateOf(batch);
    if (state === undefined) throw new Error("it has agreed");
    const text = reportMarkdown(
      entries,
      { holds: true, head },
      { batch: reportedBatch(directory, state), timeZone: "UTC" },
    );
    expect(text).toContain(`Continue with \`dingo-recover resume ${batch}\``);
    expect(text).toMatch(/\| outcome \| failed: 1 of 2 databases are back \|/);
    expect(text).toMatch(new RegExp(`db-1 .*recovered .*${back}`));
    expect(text).toMatch(new RegExp(`db-2 .*open .*${failed}.*no base backup`));
    expect(text).toContain("| last entry |");
  });

  it("says for each database what is back and what is lost, and how long all of them took", async () => {
    const batch = await agree();
    const bodies: EntryBody[] = [
      ...step("source", "archive.verify-source", "read", { recovery_point: "2026-11-21T14:19:50.000Z" }),
      ...step("proof", "recovery.prove-restored", "disrupt", { recovered_to: "2026-11-21T14:18:57.000Z" }),
      ...step("discover", "discovery.find-deleted-instance", "read", { deleted_at: "2026-11-21T14:20:00Z" }),
      ...step("summary", "recovery.summarise", "read", { recovered: ["public.orders: 125 rows"] }),
      SUCCEEDED,
    ];
    await play("recover-deleted-service", { inputs: { instance_guid: guid(1), batch }, bodies, rehearsal: false });
    await carry(batch, { of: 2, end: SUCCEEDED });
    const { entries, head } = directory.read(batch);
    expect(closingOf(entries)).toMatchObject({
      says: "shop/prod: 2 databases agreed on. They are brought back one after another.",
      ...{ done: [], look: [] },
    });
    const batchOfReport = batchIn(directory, entries);
    const text = reportMarkdown(entries, { holds: true, head }, { batch: batchOfReport, timeZone: "UTC" });
    expect(text).toMatch(/db-1 .*public\.orders: 125 rows.*up to 63 s of writes may be lost/);
    const update =
      "shop/prod: 2 of 2 databases are back, 20 s after the work on it began. db-1: up to 63 s of writes may be lost.";
    expect(text).toContain(update);
    expect(text).toMatch(/## In short\n+\*\*shop\/prod: 2 of 2 databases are back\.\*\*/u);
    expect(text).not.toContain("the run ended");
    expect(text).toMatch(/all were agreed on; .*\n.*db-1: run \S+ began.*\n.*db-1: run \S+ ended: succeeded/u);
    expect(text).not.toContain("is done; it took");
    expect(incidentUpdate(entries, { timeZone: "UTC", batch: batchOfReport })).toBe(update);
  });

  it("is what goes on if nothing is named, also in a rehearsal, and not one of its runs", async () => {
    const rehearsed = await agree(true);
    await carry(rehearsed, { of: 1, end: { ...STOPPED, exitCode: 130 }, rehearsal: true });
    expect(chooseRunOrRehearsal(directory, undefined, { say: () => undefined })).toBe(rehearsed);
    const batch = await agree();
    await carry(batch, { of: 1, end: STOPPED });
    expect(chooseRun(directory, undefined)).toBe(batch);
  });
});
