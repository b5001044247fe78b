/**
 * The report of a run with 10,000 entries in its journal: each form's time as a whole process, Node's own start taken
 * off, and its size. The journal is what a recovery of many attempts writes: steps that begin, note, wait, fail and end.
 *
 *   npm run build && npx node bench/report.ts     goals: html ≤ 300 ms and ≤ 1 MB
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EntryBody } from "../src/engine/journal/entry.ts";
import { StateDirectory } from "../src/engine/journal/state-directory.ts";
import { Secrets } from "../src/kit/secrets/secrets.ts";

const ENTRIES = 10_000;
const ROUNDS = 7;
const { NODE_EXTRA_CA_CERTS: _left, ...env } = process.env;
const path = mkdtempSync(join(tmpdir(), "report-bench-"));

const sha256 = "ab".repeat(32);
const started: EntryBody = {
  type: "run-started",
  runbook: "recover-deleted-service",
  runbookVersion: "1",
  runbookSha256: sha256,
  runbookText: { name: "runbook", sha256, bytes: 1 },
  inputs: {},
  operator: "ann",
  host: "jump",
  toolVersion: "0.1.0",
  rehearsal: false,
};

function bodies(attempt: number): readonly EntryBody[] {
  const at = { step: "copy", item: `part-${attempt % 100}`, attempt } as const;
  const error = { code: "unreachable", message: "the object store did not answer", remedy: "Look at the network." };
  return [
    {
      type: "step-started",
      ...at,
      action: "archive.copy",
      effect: "create",
      input: { attempt },
      commandsSha256: sha256,
    },
    { type: "step-recorded", ...at, kind: "copied", data: { objects: attempt } },
    { type: "waited", step: at.step, item: at.item, error },
    { type: "step-failed", ...at, error, probed: "partly" },
  ];
}

function milliseconds(words: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words, { env, stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) throw new Error(`node ${words.join(" ")} ended with ${status ?? "a signal"}: ${String(stderr)}`);
  return performance.now() - began;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

const { run, journal } = new StateDirectory({ path, secrets: new Secrets(), now: () => new Date() }).create();
await journal.append(started);
for (let count = 1; count < ENTRIES; count += 4)
  for (const body of bodies((count - 1) / 4 + 1).slice(0, ENTRIES - count)) await journal.append(body);
await journal.close();

for (const format of ["html", "markdown", "json", "update"]) {
  const file = join(path, `report.${format}`);
  const took = Array.from({ length: ROUNDS }, () => {
    const node = milliseconds(["-e", "0"]);
    return milliseconds(["bundle/bin.cjs", "report", run, "--state-dir", path, "--format", format, "-o", file]) - node;
  });
  const { size } = await import("node:fs").then(({ statSync }) => statSync(file));
  const goal = format === "html" ? " (goals ≤ 300 ms, ≤ 1 MB)" : "";
  console.log(`${format.padEnd(9)} ${median(took).toFixed(0).padStart(5)} ms  ${(size / 1e6).toFixed(2)} MB${goal}`);
}
rmSync(path, { recursive: true });
