/** A test of a backup, as its journal tells it. Journals are the history: nothing else is kept that could contradict them. */
import type { JsonObject } from "../action.ts";
import type { Entry } from "../engine/journal/entry.ts";
import { type Conclusion, conclusion } from "./backup-conclusion.ts";
import { TEST_RUNBOOK } from "./test-runbook.ts";

const CONCLUSION = "backup.conclude";

export interface BackupTest {
  readonly run: string;
  readonly rehearsal: boolean;
  /** ISO 8601: when it ended, or last said something. */
  readonly at: string;
  /** s3://BUCKET/PREFIX, or what the run was told instead if it did not come so far. */
  readonly archive: string;
  /** `untested` says nothing of the backup. */
  readonly verdict: "good" | "bad" | "untested";
  /** Why it could not be tested; "" if it was. */
  readonly why: string;
  /** The conclusion; absent if the run has none. */
  readonly found?: Conclusion;
}

/** Undefined for a run of another runbook. */
export function backupTestOf(entries: readonly Entry[]): BackupTest | undefined {
  const [first] = entries;
  if (first?.type !== "run-started" || first.runbook !== TEST_RUNBOOK) return undefined;
  const { run, rehearsal, inputs } = first;
  const at = entries.at(-1)?.time ?? first.time;
  const found = concludedIn(entries);
  if (found !== undefined)
    return { run, rehearsal, at, archive: found.archive, verdict: found.verdict, why: "", found };
  const last = entries.findLast((entry) => entry.type === "run-stopped");
  const why = last?.type === "run-stopped" ? last.why : "it was broken off";
  return { run, rehearsal, at, archive: targetIn(entries) ?? toldIn(inputs), verdict: "untested", why };
}

function concludedIn(entries: readonly Entry[]): Conclusion | undefined {
  const step = entries.find((entry) => entry.type === "step-started" && entry.action === CONCLUSION);
  if (step?.type !== "step-started") return undefined;
  const ended = entries.findLast((entry) => entry.type === "step-succeeded" && entry.step === step.step);
  const parsed = conclusion.safeParse(ended?.type === "step-succeeded" ? ended.output : undefined);
  return parsed.success ? parsed.data : undefined;
}

function targetIn(entries: readonly Entry[]): string | undefined {
  const fixed = entries.find((entry) => entry.type === "target-fixed");
  return fixed?.type === "target-fixed" ? fixed.target : undefined;
}

function toldIn(inputs: JsonObject): string {
  const told = [inputs["archive"], inputs["envdir"]].find((value) => typeof value === "string" && value !== "");
  return typeof told === "string" ? told : "?";
}
